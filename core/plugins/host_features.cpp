#include "plugins/host_features.hpp"

#include <algorithm>
#include <filesystem>
#include <string>
#include <string_view>

#include "agent/tool.hpp"
#include "base/log.hpp"
#include "base/private_folder.hpp"
#include "collet/json.hpp"
#include "llm/model_table.hpp"
#include "plugins/boundary.hpp"
#include "plugins/guest.hpp"

namespace collet::plugins {

Guest& guest_of(const collet_host* host) { return *static_cast<Guest*>(host->context); }

const void* find_host_feature(const collet_host*, const char* name) noexcept {
  const std::string_view wanted(name == nullptr ? "" : name);
  if (wanted == COLLET_FEATURE_LOG) return &kLogFeature;
  if (wanted == COLLET_FEATURE_CONFIG) return &kConfigFeature;
  if (wanted == COLLET_FEATURE_STORE) return &kStoreFeature;
  if (wanted == COLLET_FEATURE_SHARED_STORE) return &kSharedStoreFeature;
  if (wanted == COLLET_FEATURE_PROCESS) return &kProcessFeature;
  if (wanted == COLLET_FEATURE_CONVERSATIONS) return &kConversationsFeature;
  if (wanted == COLLET_FEATURE_EVENTS) return &kEventsFeature;
  if (wanted == COLLET_FEATURE_HTTP_CLIENT) return &kHttpClientFeature;
  if (wanted == COLLET_FEATURE_SETTINGS) return &kSettingsFeature;
  if (wanted == COLLET_FEATURE_SECRETS) return &kSecretsFeature;
  if (wanted == COLLET_FEATURE_SESSIONS) return &kSessionsFeature;
  if (wanted == COLLET_FEATURE_CATALOGUE) return &kCatalogueFeature;
  if (wanted == COLLET_FEATURE_MANAGEMENT) return &kManagementFeature;
  if (wanted == COLLET_FEATURE_MASKING) return &kMaskingFeature;
  return nullptr;
}

namespace {

// ---- log
constexpr std::size_t kLogBytes = 64 * 1024;  // of one line

void write_log(const collet_host* host, int32_t level, collet_str text) noexcept {
  try {
    const std::string line = line_for_people(detail::to_view(text), kLogBytes);
    const int known = std::clamp<int>(level, COLLET_LOG_DEBUG, COLLET_LOG_ERROR);
    log::write(static_cast<log::Level>(known), guest_of(host).part, line);
    if (known == COLLET_LOG_ERROR) guest_of(host).note_error(line_for_people(line));
  } catch (...) {  // no memory for a line of the log
  }
}
static_assert(static_cast<int>(log::Level::kError) == COLLET_LOG_ERROR);

// ---- config
collet_status config_section(const collet_host* host, collet_sink text) noexcept {
  detail::give(text, guest_of(host).config);
  return COLLET_OK;
}

collet_status config_state_dir(const collet_host* host, collet_sink path) noexcept {
  return guarded(path, [&]() -> collet_status {
    namespace fs = std::filesystem;
    const Guest& guest = guest_of(host);
    const fs::path folder = fs::absolute(guest.household.state_dir / "plugins" / guest.name);
    for (const auto& part : {folder.parent_path(), folder})
      if (const auto made = make_private_folder(part); !made) return refuse(path, made.error());
    detail::give(path, folder.string());
    return COLLET_OK;
  });
}

// ---- catalogue
collet_status catalogue_tools(const collet_host* host, collet_sink sink) noexcept {
  return guarded(sink, [&]() -> collet_status {
    const Household& household = guest_of(host).household;
    json::Writer list;
    list.array();
    for (const auto& tool : household.tools->all()) {
      const agent::ToolDescription& about = tool->description();
      const auto guest = household.guests.find(about.plugin);
      const bool own = guest == household.guests.end();
      list.object()
          .member("name", about.name)
          .member("plugin", about.plugin)
          .member("version", own ? household.core_version : guest->second->identity.version)
          .member("state", to_string(own ? State::kStarted : guest->second->state()))
          .member("listed", about.listed)
          .member("title", about.title)
          .member("description", about.description)
          .raw_member("parameters", about.parameters)
          .member("action_kind", about.action_kind)
          .member("observation_kind", about.observation_kind)
          .member("tool_kind", about.tool_kind)
          .raw_member("annotations", about.annotations.empty() ? "{}" : about.annotations)
          .end();
    }
    detail::give(sink, list.end().take());
    return COLLET_OK;
  });
}

collet_status catalogue_models(const collet_host*, collet_sink sink) noexcept {
  detail::give(sink, llm::model_table());
  return COLLET_OK;
}

}  // namespace

const collet_log kLogFeature{sizeof(collet_log), write_log};
const collet_config kConfigFeature{sizeof(collet_config), config_section, config_state_dir};
const collet_catalogue kCatalogueFeature{sizeof(collet_catalogue), catalogue_tools, catalogue_models};

}  // namespace collet::plugins
