// The host's feature "management".
#include <chrono>
#include <optional>
#include <string>

#include "plugins/boundary.hpp"
#include "plugins/guest.hpp"
#include "plugins/host_features.hpp"
#include "plugins/management_access.hpp"
#include "secrets/audit.hpp"
#include "settings/plugin_documents.hpp"

namespace collet::plugins {
namespace {

std::optional<std::string> optional_text(const collet_str* text) {
  return text == nullptr ? std::nullopt : std::optional(detail::to_string(*text));
}

// Runs `f(ManagementAccess&, Guest&)` for a plugin that the config lets.
template <class F>
collet_status managing(const collet_host* host, collet_sink error, F f) noexcept {
  return guarded(error, [&]() -> collet_status {
    const Guest& guest = guest_of(host);
    if (!guest.may_manage) {
      detail::give(error, "plugins." + guest.name + ".manage in the server's config does not let it");
      return COLLET_DENIED;
    }
    auto* access = guest.household.management.load();
    if (access == nullptr) return refuse(error, unavailable("the server is not ready"));
    return f(*access, guest);
  });
}

collet_status settings(const collet_host* host, collet_sink sink) noexcept {
  return managing(host, sink, [&](ManagementAccess& access, const Guest& guest) {
    return answer(sink, access.settings("plugin " + guest.name));
  });
}

collet_status change_settings(const collet_host* host, collet_str change, collet_sink error) noexcept {
  return managing(host, error, [&](ManagementAccess& access, const Guest&) {
    return answer(error, access.change_settings(detail::to_string(change)));
  });
}

collet_status list_secrets(const collet_host* host, collet_sink sink) noexcept {
  return managing(host, sink, [&](ManagementAccess& access, const Guest&) {
    return answer(sink, access.list_secrets());
  });
}

collet_status put_secret(const collet_host* host, collet_str name, collet_str value,
                         const collet_str* description, int32_t only_new, collet_sink error) noexcept {
  return managing(host, error, [&](ManagementAccess& access, const Guest&) {
    return answer(error, access.put_secret(detail::to_string(name), detail::to_string(value),
                                           optional_text(description), only_new != 0));
  });
}

collet_status rename_secret(const collet_host* host, collet_str from, collet_str to,
                            const collet_str* description, collet_sink error) noexcept {
  return managing(host, error, [&](ManagementAccess& access, const Guest&) {
    return answer(error, access.rename_secret(detail::to_string(from), detail::to_string(to),
                                              optional_text(description)));
  });
}

collet_status erase_secret(const collet_host* host, collet_str name, collet_sink error) noexcept {
  return managing(host, error, [&](ManagementAccess& access, const Guest&) {
    return answer(error, access.erase_secret(detail::to_string(name)));
  });
}

collet_status show_secrets(const collet_host* host, collet_str json, collet_secrets_as how,
                           collet_sink sink) noexcept {
  return managing(host, sink, [&](ManagementAccess& access, const Guest&) -> collet_status {
    using As = ManagementAccess::SecretsAs;
    if (how != COLLET_AS_STARS && how != COLLET_AS_ENCRYPTED && how != COLLET_AS_PLAIN)
      return refuse(sink, invalid("there is no such way to show secrets"));
    const As as = how == COLLET_AS_STARS ? As::kStars : how == COLLET_AS_PLAIN ? As::kPlain : As::kEncrypted;
    return answer(sink, access.show_secrets(detail::to_string(json), as));
  });
}

collet_status record_read(const collet_host* host, collet_str session_key, collet_str what, collet_str how,
                          collet_sink error) noexcept {
  return managing(host, error, [&](ManagementAccess& access, const Guest& guest) {
    const std::string client =
        session_key.size == 0 ? "loopback" : "key " + secrets::fingerprint(detail::to_view(session_key));
    return answer(error, access.record_read(client + " by plugin " + guest.name, detail::to_string(what),
                                            detail::to_string(how)));
  });
}

collet_status start_conversation(const collet_host* host, collet_str body, collet_str through,
                                 int32_t* http_status, collet_sink sink) noexcept {
  return managing(host, sink, [&](ManagementAccess& access, const Guest&) -> collet_status {
    const auto started = access.start_conversation(detail::to_string(body), detail::to_string(through));
    if (!started) return refuse(sink, started.error());
    *http_status = started->status;
    detail::give(sink, started->body);
    return COLLET_OK;
  });
}

collet_status try_llm(const collet_host* host, collet_str llm, int32_t timeout_ms,
                      collet_sink sink) noexcept {
  return managing(host, sink, [&](ManagementAccess& access, const Guest&) {
    return answer(sink, access.try_llm(detail::to_string(llm), std::chrono::milliseconds(timeout_ms)));
  });
}

collet_status shared_document(const collet_host* host, collet_str plugin, collet_str key,
                              collet_sink sink) noexcept {
  return managing(host, sink, [&](ManagementAccess& access, const Guest& guest) -> collet_status {
    const auto* documents = guest.household.documents.load();
    if (documents == nullptr) return refuse(sink, unavailable("the shared store is not there yet"));
    const std::string owner = detail::to_string(plugin), name = detail::to_string(key);
    const auto value = documents->get(owner, name);
    if (!value) return refuse(sink, value.error());
    const auto recorded = access.record_read("plugin " + guest.name, "shared store of " + owner + ": " + name,
                                             "plugin feature management");
    if (!recorded) return refuse(sink, recorded.error());
    detail::give(sink, value->text);
    return COLLET_OK;
  });
}

}  // namespace

const collet_management kManagementFeature{sizeof(collet_management),
                                           settings,
                                           change_settings,
                                           list_secrets,
                                           put_secret,
                                           rename_secret,
                                           erase_secret,
                                           show_secrets,
                                           record_read,
                                           start_conversation,
                                           try_llm,
                                           shared_document};

}  // namespace collet::plugins
