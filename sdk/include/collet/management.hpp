// Changes of the server's own state, for plugins that the server's config lets (`plugins.<name>.manage`).
#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "collet/abi/host.h"
#include "collet/abi/management.h"
#include "collet/detail/text.hpp"
#include "collet/http.hpp"

namespace collet {

enum class SecretsAs {
  kStars = COLLET_AS_STARS,
  kEncrypted = COLLET_AS_ENCRYPTED,
  kPlain = COLLET_AS_PLAIN,
};

/// A value. Any thread, once started; may block. Throws HostError: COLLET_DENIED where the config does not
/// let the plugin. collet/abi/management.h says more.
class Management {
 public:
  Management(const collet_host* host, const collet_management* table) : host_(host), table_(table) {}

  /// The settings with their secrets in clear, JSON. Audited.
  std::string settings() const {
    return told([&](collet_sink sink) { return table_->settings(host_, sink); });
  }
  /// The body of PATCH /api/settings, and "llm" and "expect". COLLET_INVALID, COLLET_CONFLICT.
  void change_settings(std::string_view change) {
    told([&](collet_sink sink) { return table_->change_settings(host_, detail::to_str(change), sink); });
  }

  /// JSON array of {"name", "description"}.
  std::string list_secrets() const {
    return told([&](collet_sink sink) { return table_->list_secrets(host_, sink); });
  }
  /// `only_new`: COLLET_CONFLICT where there is one of this name.
  void put_secret(std::string_view name, std::string_view value,
                  const std::optional<std::string>& description, bool only_new = false) {
    const collet_str about = description ? detail::to_str(*description) : collet_str{};
    told([&](collet_sink sink) {
      return table_->put_secret(host_, detail::to_str(name), detail::to_str(value),
                                description ? &about : nullptr, only_new ? 1 : 0, sink);
    });
  }
  /// Its value stays. COLLET_NOT_FOUND; COLLET_CONFLICT where another one has the name.
  void rename_secret(std::string_view from, std::string_view to,
                     const std::optional<std::string>& description) {
    const collet_str about = description ? detail::to_str(*description) : collet_str{};
    told([&](collet_sink sink) {
      return table_->rename_secret(host_, detail::to_str(from), detail::to_str(to),
                                   description ? &about : nullptr, sink);
    });
  }
  /// COLLET_NOT_FOUND.
  void erase_secret(std::string_view name) {
    told([&](collet_sink sink) { return table_->erase_secret(host_, detail::to_str(name), sink); });
  }

  /// A JSON object with its secrets shown another way. Pure.
  std::string show_secrets(std::string_view json, SecretsAs how) const {
    return told([&](collet_sink sink) {
      return table_->show_secrets(host_, detail::to_str(json), static_cast<collet_secrets_as>(how), sink);
    });
  }
  /// Call it before a client is shown secrets of the plugin's; when it throws, don't show them.
  void record_read(const Request& request, std::string_view what, std::string_view how) {
    const auto key = request.header("x-session-api-key").value_or(std::string_view());
    told([&](collet_sink sink) {
      return table_->record_read(host_, detail::to_str(key), detail::to_str(what), detail::to_str(how), sink);
    });
  }

  /// As POST /api/conversations; its answer, also where it is refused.
  Response start_conversation(std::string_view body, std::string_view through) {
    std::int32_t status = 500;
    std::string answer = told([&](collet_sink sink) {
      return table_->start_conversation(host_, detail::to_str(body), detail::to_str(through), &status, sink);
    });
    return Response::json(std::move(answer), status);
  }
  /// {"ok": true}, or {"ok": false, "code", "detail"}.
  std::string try_llm(std::string_view llm, std::chrono::milliseconds timeout) const {
    return told([&](collet_sink sink) {
      return table_->try_llm(host_, detail::to_str(llm), static_cast<std::int32_t>(timeout.count()), sink);
    });
  }

  /// What another plugin keeps under a key of the shared store. Nothing: no such key.
  std::optional<std::string> shared_document(std::string_view plugin, std::string_view key) const {
    if (table_->struct_size < offsetof(collet_management, shared_document) + sizeof table_->shared_document)
      throw HostError(COLLET_NOT_FOUND, "the host does not show what other plugins share");
    std::string text;
    const auto status =
        table_->shared_document(host_, detail::to_str(plugin), detail::to_str(key), detail::into(text));
    if (status == COLLET_NOT_FOUND) return std::nullopt;
    detail::check(status, text);
    return text;
  }

 private:
  template <class Call>
  static std::string told(Call call) {
    std::string text;
    detail::check(call(detail::into(text)), text);
    return text;
  }

  const collet_host* host_;
  const collet_management* table_;
};

}  // namespace collet
