// The server's settings, and the secrets that users keep on it.
#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "collet/abi/host.h"
#include "collet/abi/secrets.h"
#include "collet/abi/settings.h"
#include "collet/detail/text.hpp"

namespace collet {

/// A value. Any thread; does not block. Throws HostError.
class Settings {
 public:
  Settings(const collet_host* host, const collet_settings* table) : host_(host), table_(table) {}

  /// As GET /api/settings shows it, JSON: secrets are stars.
  std::string document() const {
    std::string result;
    detail::check(table_->document(host_, detail::into(result)), result);
    return result;
  }

  /// A part of the settings with its defaults: "llm", "condenser", "verification", "agent_settings",
  /// "conversation_settings". COLLET_INVALID: the text is a JSON array of what is wrong.
  std::string complete(std::string_view part, std::string_view json) const {
    if (table_->struct_size < offsetof(collet_settings, complete) + sizeof table_->complete)
      throw HostError(COLLET_NOT_FOUND, "the host cannot complete settings");
    std::string result;
    detail::check(table_->complete(host_, detail::to_str(part), detail::to_str(json), detail::into(result)),
                  result);
    return result;
  }

 private:
  const collet_host* host_;
  const collet_settings* table_;
};

/// Those that the config names for this plugin (`plugins.<name>.secrets`). A value. Any thread, once started;
/// blocks on the database. Throws HostError.
class Secrets {
 public:
  Secrets(const collet_host* host, const collet_secrets* table) : host_(host), table_(table) {}

  std::vector<std::string> names() const {
    std::string error;
    std::vector<std::string> found;
    detail::check(table_->names(host_, detail::into(found), detail::into(error)), error);
    return found;
  }
  /// The value in clear; nothing: there is no such secret. Each read is in the server's audit log.
  /// COLLET_DENIED: the config does not name it for this plugin. Never log or store it.
  std::optional<std::string> value(std::string_view name) const {
    std::string result;
    const auto status = table_->value(host_, detail::to_str(name), detail::into(result));
    if (status == COLLET_NOT_FOUND) return std::nullopt;
    detail::check(status, result);
    return result;
  }

 private:
  const collet_host* host_;
  const collet_secrets* table_;
};

}  // namespace collet
