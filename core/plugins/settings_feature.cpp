// The host's side of "settings" and "secrets".
#include "settings/settings_service.hpp"

#include <algorithm>
#include <string>

#include "plugins/boundary.hpp"
#include "plugins/guest.hpp"
#include "plugins/host_features.hpp"
#include "secrets/audit.hpp"
#include "settings/field_problems.hpp"
#include "settings/secret_store.hpp"
#include "settings/settings_fields.hpp"

namespace collet::plugins {
namespace {

Error not_ready() { return unavailable("the server's settings are not there yet"); }

collet_status document(const collet_host* host, collet_sink json_or_error) noexcept {
  return guarded(json_or_error, [&]() -> collet_status {
    const auto* settings = guest_of(host).household.settings_service.load();
    if (settings == nullptr) return refuse(json_or_error, not_ready());
    detail::give(json_or_error, *settings->document(settings::Expose::kRedacted));
    return COLLET_OK;
  });
}

// The parts of the settings by name; null: there is no such part.
const settings::Shape* shape_of(std::string_view part, const json::Value& value) {
  if (part == "conversation_settings") return &settings::conversation_shape();
  const auto kind = part == "agent_settings" ? json::string_or(value, "agent_kind", settings::kFirstAgentKind)
                                             : std::string(settings::kFirstAgentKind);
  const auto* agent = settings::agent_shape(kind);
  if (agent == nullptr || part == "agent_settings") return agent;
  const auto* field = settings::find_field(*agent, part);
  return field == nullptr || field->type != settings::Type::kObject ? nullptr : field->members;
}

collet_status complete(const collet_host*, collet_str part, collet_str text, collet_sink sink) noexcept {
  return guarded(sink, [&]() -> collet_status {
    const auto value = json::parse(detail::to_view(text));
    if (!value || !value->IsObject()) {
      detail::give(
          sink, R"([{"type":"dict_type","loc":[],"msg":"Input should be a valid dictionary","input":null}])");
      return COLLET_INVALID;
    }
    const auto* shape = shape_of(detail::to_view(part), *value);
    if (shape == nullptr) return refuse(sink, not_found("the settings have no such part"));
    json::Document whole;
    if (settings::normalise(*value, *shape, whole, whole.GetAllocator()) &&
        settings::takes_urls(*value, *shape)) {
      detail::give(sink, json::dump(whole));
      return COLLET_OK;
    }
    detail::give(sink, settings::problems(*value, *shape));
    return COLLET_INVALID;
  });
}

bool allows(const Guest& guest, const std::string& name) {
  return std::any_of(guest.readable_secrets.begin(), guest.readable_secrets.end(),
                     [&](const std::string& allowed) { return allowed == "*" || allowed == name; });
}

collet_status names(const collet_host* host, collet_sink each, collet_sink error) noexcept {
  return guarded(error, [&]() -> collet_status {
    const Guest& guest = guest_of(host);
    const auto* store = guest.household.secret_store.load();
    if (store == nullptr) return refuse(error, not_ready());
    const auto entries = store->list();
    if (!entries) return refuse(error, entries.error());
    for (const auto& entry : *entries)
      if (allows(guest, entry.name)) detail::give(each, entry.name);
    return COLLET_OK;
  });
}

collet_status value(const collet_host* host, collet_str asked, collet_sink value_or_error) noexcept {
  return guarded(value_or_error, [&]() -> collet_status {
    const Guest& guest = guest_of(host);
    const std::string name = detail::to_string(asked);
    if (!allows(guest, name)) {
      detail::give(value_or_error,
                   "plugins." + guest.name + ".secrets in the server's config does not name '" + name + "'");
      return COLLET_DENIED;
    }
    const auto* store = guest.household.secret_store.load();
    auto* audit = guest.household.audit.load();
    if (store == nullptr || audit == nullptr) return refuse(value_or_error, not_ready());
    const auto found = store->get(name);
    if (!found) return refuse(value_or_error, found.error());
    const auto recorded =
        audit->record_and_wait({"plugin " + guest.name, "secret " + name, "plugin feature secrets"});
    if (!recorded)
      return refuse(value_or_error, unavailable("the read cannot be recorded: " + recorded.error().message));
    detail::give(value_or_error, *found);
    return COLLET_OK;
  });
}

}  // namespace

const collet_settings kSettingsFeature{sizeof(collet_settings), document, complete};
const collet_secrets kSecretsFeature{sizeof(collet_secrets), names, value};

}  // namespace collet::plugins
