// The fake host's tables for what plugins manage. For the testing headers.
#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "collet/testing/detail/fake_management.hpp"
#include "collet/testing/detail/host_parts.hpp"

namespace collet::testing::detail {

inline FakeManagement& management(const collet_host* host) { return parts(host).management; }

inline std::optional<std::string> optional_text(const collet_str* text) {
  return text == nullptr ? std::nullopt : std::optional(collet::detail::to_string(*text));
}

/// Gives what `f` returns; a HostError is the call's status.
template <class F>
collet_status answered(collet_sink sink, F f) noexcept {
  try {
    collet::detail::give(sink, f());
    return COLLET_OK;
  } catch (const HostError& error) {
    return refuse(sink, error.status(), error.what());
  } catch (...) {
    return refuse(sink, COLLET_INTERNAL, collet::detail::current_error());
  }
}

// ---- management
inline collet_status managed_settings(const collet_host* host, collet_sink sink) noexcept {
  management(host).note(&FakeManagement::reads, "settings");
  collet::detail::give(sink, parts(host).world.settings());
  return COLLET_OK;
}
inline collet_status managed_change(const collet_host* host, collet_str change, collet_sink error) noexcept {
  return answered(error, [&] {
    const std::string text = collet::detail::to_string(change);
    if (const auto judge = management(host).server().change_settings) judge(text);
    management(host).note(&FakeManagement::changes, text);
    return std::string();
  });
}
inline collet_status managed_secrets(const collet_host* host, collet_sink sink) noexcept {
  std::string list;
  for (const auto& [name, secret] : management(host).secrets())
    list += (list.empty() ? "" : ",") + ("{\"name\":" + collet::detail::json_quoted(name)) +
            ",\"description\":" +
            (secret.description ? collet::detail::json_quoted(*secret.description) : "null") + "}";
  collet::detail::give(sink, "[" + list + "]");
  return COLLET_OK;
}
inline collet_status managed_put(const collet_host* host, collet_str name, collet_str value,
                                 const collet_str* description, std::int32_t only_new,
                                 collet_sink error) noexcept {
  return management(host).with_secrets([&](FakeManagement::Secrets& secrets) {
    const std::string key = collet::detail::to_string(name);
    const auto known = secrets.find(key);
    if (known != secrets.end() && only_new != 0)
      return refuse(error, COLLET_CONFLICT, "Secret " + key + " already exists");
    secrets[key] = {collet::detail::to_string(value), optional_text(description)};
    return collet_status{COLLET_OK};
  });
}
inline collet_status managed_rename(const collet_host* host, collet_str from, collet_str to,
                                    const collet_str* description, collet_sink error) noexcept {
  return management(host).with_secrets([&](FakeManagement::Secrets& secrets) {
    const auto known = secrets.find(collet::detail::to_string(from));
    const std::string name = collet::detail::to_string(to);
    if (known == secrets.end()) return refuse(error, COLLET_NOT_FOUND, "no such secret");
    if (known->first != name && secrets.contains(name))
      return refuse(error, COLLET_CONFLICT, "another secret has the name");
    const ManagedSecret renamed{known->second.value, optional_text(description)};
    secrets.erase(known);
    secrets[name] = renamed;
    return collet_status{COLLET_OK};
  });
}
inline collet_status managed_erase(const collet_host* host, collet_str name, collet_sink error) noexcept {
  return management(host).with_secrets([&](FakeManagement::Secrets& secrets) {
    return secrets.erase(collet::detail::to_string(name)) > 0
               ? collet_status{COLLET_OK}
               : refuse(error, COLLET_NOT_FOUND, "no such secret");
  });
}
inline collet_status managed_show(const collet_host* host, collet_str json, collet_secrets_as how,
                                  collet_sink sink) noexcept {
  return answered(sink, [&] {
    const auto show = management(host).server().show_secrets;
    std::string text = collet::detail::to_string(json);
    return show ? show(text, static_cast<SecretsAs>(how)) : text;
  });
}
inline collet_status managed_record(const collet_host* host, collet_str, collet_str what, collet_str,
                                    collet_sink) noexcept {
  management(host).note(&FakeManagement::reads, collet::detail::to_string(what));
  return COLLET_OK;
}
inline collet_status managed_start(const collet_host* host, collet_str body, collet_str,
                                   std::int32_t* http_status, collet_sink sink) noexcept {
  return answered(sink, [&] {
    const std::string text = collet::detail::to_string(body);
    management(host).note(&FakeManagement::starts, text);
    const auto start = management(host).server().start_conversation;
    const Response response = start ? start(text) : Response::json(text, 201);
    *http_status = response.status;
    return response.body;
  });
}
inline collet_status managed_try(const collet_host* host, collet_str llm, std::int32_t,
                                 collet_sink sink) noexcept {
  return answered(sink, [&] {
    const auto attempt = management(host).server().try_llm;
    return attempt ? attempt(collet::detail::to_string(llm)) : std::string("{\"ok\":true}");
  });
}
inline collet_status managed_shared(const collet_host* host, collet_str plugin, collet_str key,
                                    collet_sink sink) noexcept {
  return answered(sink, [&] {
    const auto find = management(host).server().shared_document;
    const auto found = find ? find(collet::detail::to_string(plugin), collet::detail::to_string(key))
                            : std::optional<std::string>();
    if (!found) throw HostError(COLLET_NOT_FOUND, "no such key");
    return *found;
  });
}

// ---- settings
inline collet_status settings_complete(const collet_host* host, collet_str part, collet_str json,
                                       collet_sink sink) noexcept {
  return answered(sink, [&] {
    const auto complete = management(host).server().complete;
    const std::string text = collet::detail::to_string(json);
    return complete ? complete(collet::detail::to_string(part), text) : text;
  });
}

inline const collet_management kManagement{sizeof(collet_management),
                                           managed_settings,
                                           managed_change,
                                           managed_secrets,
                                           managed_put,
                                           managed_rename,
                                           managed_erase,
                                           managed_show,
                                           managed_record,
                                           managed_start,
                                           managed_try,
                                           managed_shared};

}  // namespace collet::testing::detail
