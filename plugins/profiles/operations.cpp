#include "operations.hpp"

#include <string_view>

#include "common/openapi.hpp"

namespace collet::profiles::operations {
namespace {

using namespace openapi;

constexpr std::string_view kName =
    R"({"type":"string","minLength":1,"maxLength":64,"pattern":"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"})";
constexpr std::string_view kExpose =
    R"({"name":"X-Expose-Secrets","in":"header","required":false,)"
    R"("description":"Without it, secrets are hidden","schema":{"type":"string","enum":["plaintext","encrypted","true"]}})";

const std::string& name_in_path() {
  static const std::string parameter = in_path("name", kName);
  return parameter;
}

// As far as every LLM has it.
std::string llm() { return object({{"model", R"({"type":"string","minLength":1})"}}); }

const std::string& said() {
  static const std::string schema = object({{"name", kText}, {"message", kText}});
  return schema;
}

const std::string& new_name() {
  static const std::string schema = object({{"new_name", kName}});
  return schema;
}

const std::string& connection() {
  static const std::string schema = object({{"id", kText},
                                            {"display_name", kText},
                                            {"provider", kText},
                                            {"base_url", kMaybeText, false},
                                            {"created_at", kInteger},
                                            {"updated_at", kInteger},
                                            {"api_key_set", kYesNo, false}});
  return schema;
}

std::string connection_members(bool is_new) {
  return object({{"display_name", R"({"type":"string","minLength":1,"maxLength":128})", is_new},
                 {"provider", R"({"type":"string","minLength":1,"maxLength":128,"default":"custom"})", false},
                 {"api_key", R"({"type":"string","minLength":1})", is_new},
                 {"base_url", maybe(R"({"type":"string","maxLength":2048})"), false}});
}

constexpr std::string_view kProfiles = "Profiles";
constexpr std::string_view kAgents = "Agent Profiles";
constexpr std::string_view kConnectionsTag = "LLM Provider Connections";

}  // namespace

std::string list_profiles() {
  const auto info = object({{"name", kText},
                            {"model", kMaybeText, false},
                            {"base_url", kMaybeText, false},
                            {"provider_connection_id", kMaybeText, false},
                            {"provider_connection_broken", kYesNo, false},
                            {"api_key_set", kYesNo, false}});
  return describe({.tag = kProfiles,
                   .id = "list_profiles_api_profiles_get",
                   .summary = "The LLM profiles, and which is active",
                   .answer = object({{"profiles", list_of(info)}, {"active_profile", kMaybeText, false}})});
}

std::string get_profile() {
  return describe({.tag = kProfiles,
                   .id = "get_profile_api_profiles__name__get",
                   .summary = "One LLM profile",
                   .parameters = name_in_path() + "," + std::string(kExpose),
                   .answer = object({{"name", kText}, {"config", kObject}, {"api_key_set", kYesNo, false}}),
                   .others = "400,404,422"});
}

std::string save_profile() {
  return describe({.tag = kProfiles,
                   .id = "save_profile_api_profiles__name__post",
                   .summary = "Save an LLM profile under a name",
                   .parameters = name_in_path(),
                   .body = object({{"llm", llm()}, {"include_secrets", switched(true), false}}),
                   .status = 201,
                   .answer = said(),
                   .others = "409,413,422"});
}

std::string delete_profile() {
  return describe({.tag = kProfiles,
                   .id = "delete_profile_api_profiles__name__delete",
                   .summary = "Delete an LLM profile",
                   .parameters = name_in_path(),
                   .answer = said(),
                   .others = "409,422"});
}

std::string validate_profile() {
  const auto error = maybe(object({{"type", kText}, {"message", kText}}));
  return describe({.tag = kProfiles,
                   .id = "validate_profile_api_profiles__name__validate_post",
                   .summary = "Ask the model one thing, to see that the configuration works",
                   .parameters = name_in_path(),
                   .body = object({{"llm", llm()}}),
                   .answer = object({{"valid", kYesNo}, {"error", error, false}}),
                   .others = "422"});
}

std::string rename_profile() {
  return describe({.tag = kProfiles,
                   .id = "rename_profile_api_profiles__name__rename_post",
                   .summary = "Rename an LLM profile, also where agent profiles refer to it",
                   .parameters = name_in_path(),
                   .body = new_name(),
                   .answer = said(),
                   .others = "404,409,422"});
}

std::string activate_profile() {
  return describe({.tag = kProfiles,
                   .id = "activate_profile_api_profiles__name__activate_post",
                   .summary = "Put an LLM profile into the settings",
                   .parameters = name_in_path(),
                   .answer = object({{"name", kText}, {"message", kText}, {"llm_applied", kYesNo, false}}),
                   .others = "404,422"});
}

std::string list_connections() {
  return describe({.tag = kConnectionsTag,
                   .id = "list_provider_connections_api_llm_provider_connections_get",
                   .summary = "The provider connections",
                   .answer = list_of(connection())});
}

std::string create_connection() {
  return describe({.tag = kConnectionsTag,
                   .id = "create_provider_connection_api_llm_provider_connections_post",
                   .summary = "Keep a key for LLM profiles to share",
                   .body = connection_members(true),
                   .status = 201,
                   .answer = connection(),
                   .others = "409,422"});
}

std::string update_connection() {
  return describe({.tag = kConnectionsTag,
                   .id = "update_provider_connection_api_llm_provider_connections__connection_id__patch",
                   .summary = "Change a provider connection",
                   .body = connection_members(false),
                   .answer = connection(),
                   .others = "404,422"});
}

std::string delete_connection() {
  return describe({.tag = kConnectionsTag,
                   .id = "delete_provider_connection_api_llm_provider_connections__connection_id__delete",
                   .summary = "Delete a provider connection that nothing refers to",
                   .answer = connection(),
                   .others = "404,409"});
}

std::string list_agent_profiles() {
  const auto info = object({{"id", kMaybeText, false},
                            {"name", kText},
                            {"agent_kind", kText, false},
                            {"revision", kInteger, false},
                            {"llm_profile_ref", kMaybeText, false},
                            {"mcp_server_refs", kMaybeTexts, false}});
  return describe(
      {.tag = kAgents,
       .id = "list_agent_profiles_api_agent_profiles_get",
       .summary = "The agent profiles, and which is active; makes a default one where there is none",
       .answer = object({{"profiles", list_of(info)}, {"active_agent_profile_id", kMaybeText, false}})});
}

std::string get_agent_profile() {
  return describe({.tag = kAgents,
                   .id = "get_agent_profile_api_agent_profiles__name__get",
                   .summary = "One agent profile",
                   .parameters = name_in_path(),
                   .answer = object({{"name", kText}, {"profile", kObject}}),
                   .others = "404,422"});
}

std::string save_agent_profile() {
  return describe({.tag = kAgents,
                   .id = "save_agent_profile_api_agent_profiles__name__post",
                   .summary = "Save an agent profile under a name",
                   .parameters = name_in_path(),
                   .body = std::string(kObject),
                   .status = 201,
                   .answer = said(),
                   .others = "409,413,422"});
}

std::string delete_agent_profile() {
  return describe({.tag = kAgents,
                   .id = "delete_agent_profile_api_agent_profiles__name__delete",
                   .summary = "Delete an agent profile",
                   .parameters = name_in_path(),
                   .answer = said(),
                   .others = "422"});
}

std::string rename_agent_profile() {
  return describe({.tag = kAgents,
                   .id = "rename_agent_profile_api_agent_profiles__name__rename_post",
                   .summary = "Rename an agent profile, which keeps its id",
                   .parameters = name_in_path(),
                   .body = new_name(),
                   .answer = said(),
                   .others = "404,409,422"});
}

std::string activate_agent_profile() {
  return describe(
      {.tag = kAgents,
       .id = "activate_agent_profile_api_agent_profiles__profile_id__activate_post",
       .summary = "Make an agent profile the active one",
       .parameters = in_path("profile_id", R"({"type":"string","minLength":1,"maxLength":128})"),
       .answer = object({{"id", kText}, {"message", kText}, {"agent_settings_applied", kYesNo, false}}),
       .others = "404,422"});
}

std::string materialize_agent_profile() {
  return describe({.tag = kAgents,
                   .id = "materialize_agent_profile_api_agent_profiles__name__materialize_post",
                   .summary = "What an agent profile comes to, and what is wrong with it",
                   .parameters = name_in_path(),
                   .answer = object({{"agent_kind", kText},
                                     {"valid", kYesNo, false},
                                     {"errors", kTexts, false},
                                     {"llm_profile_ref", kMaybeText, false},
                                     {"llm_profile_resolved", kYesNo, false},
                                     {"llm_api_key_set", kYesNo, false},
                                     {"mcp_server_refs", kMaybeTexts, false},
                                     {"resolved_mcp_config_keys", kTexts, false},
                                     {"dangling_mcp_server_refs", kTexts, false},
                                     {"disabled_skills", kTexts, false},
                                     {"resolved_skills", kTexts, false},
                                     {"acp_api_key_secret_name", kMaybeText, false},
                                     {"acp_base_url_secret_name", kMaybeText, false},
                                     {"acp_file_secret_names", kTexts, false},
                                     {"resolved_settings", maybe(R"({"type":"object"})"), false}}),
                   .others = "404,422"});
}

std::string name_active_profile() { return R"({"responses":{"404":{}}})"; }

std::string start_from_profile() { return R"({"responses":{"404":{}}})"; }

}  // namespace collet::profiles::operations
