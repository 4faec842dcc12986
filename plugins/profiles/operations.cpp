#include "operations.hpp"

#include <initializer_list>
#include <string_view>

namespace collet::profiles::operations {
namespace {

constexpr std::string_view kText = R"({"type":"string"})";
constexpr std::string_view kMaybeText = R"({"anyOf":[{"type":"string"},{"type":"null"}]})";
constexpr std::string_view kYesNo = R"({"type":"boolean"})";
constexpr std::string_view kInteger = R"({"type":"integer"})";
constexpr std::string_view kObject = R"({"type":"object","additionalProperties":true})";
constexpr std::string_view kMaybeTexts =
    R"({"anyOf":[{"type":"array","items":{"type":"string"}},{"type":"null"}]})";
constexpr std::string_view kTexts = R"({"type":"array","items":{"type":"string"}})";
constexpr std::string_view kName =
    R"({"type":"string","minLength":1,"maxLength":64,"pattern":"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"})";
constexpr std::string_view kExpose =
    R"("parameters":[{"name":"X-Expose-Secrets","in":"header","required":false,)"
    R"("description":"Without it, secrets are hidden","schema":{"type":"string","enum":["plaintext","encrypted"]}}],)";

struct Member {
  std::string_view name;
  std::string schema;
  bool required = true;

  Member(std::string_view member, std::string_view text, bool is_required = true)
      : name(member), schema(text), required(is_required) {}
};

std::string object(std::initializer_list<Member> members) {
  std::string required, properties;
  for (const auto& [name, schema, is_required] : members) {
    const std::string quoted = "\"" + std::string(name) + "\"";
    if (is_required) required += (required.empty() ? "" : ",") + quoted;
    properties += (properties.empty() ? "" : ",") + quoted + ":" + schema;
  }
  return R"({"type":"object","required":[)" + required + R"(],"properties":{)" + properties + "}}";
}

std::string list_of(const std::string& schema) { return R"({"type":"array","items":)" + schema + "}"; }

std::string content(const std::string& schema) {
  return R"("content":{"application/json":{"schema":)" + schema + "}}";
}

// Everything of an operation but its parameters.
struct Description {
  std::string_view tag, id, summary;
  std::string body;  ///< schema; empty: none
  int status = 200;
  std::string answer;         ///< schema
  std::string_view failures;  ///< "404,409"
};

std::string describe(const Description& from, std::string_view parameters = {}) {
  std::string text = R"({"tags":[")" + std::string(from.tag) + R"("],"operationId":")" +
                     std::string(from.id) + R"(","summary":")" + std::string(from.summary) + "\"," +
                     std::string(parameters);
  if (!from.body.empty()) text += R"("requestBody":{"required":true,)" + content(from.body) + "},";
  text += R"("responses":{")" + std::to_string(from.status) + "\":{" + content(from.answer) + "}";
  for (std::size_t at = 0; at < from.failures.size(); at += 4)
    text += ",\"" + std::string(from.failures.substr(at, 3)) + "\":{" + content(std::string(kObject)) + "}";
  return text + "}}";
}

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
                 {"base_url", kMaybeText, false}});
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
  return describe({kProfiles, "list_profiles_api_profiles_get", "The LLM profiles, and which is active", "",
                   200, object({{"profiles", list_of(info)}, {"active_profile", kMaybeText, false}}), ""});
}

std::string get_profile() {
  return describe(
      {kProfiles, "get_profile_api_profiles__name__get", "One LLM profile", "", 200,
       object({{"name", kText}, {"config", kObject}, {"api_key_set", kYesNo, false}}), "400,404,422"},
      kExpose);
}

std::string save_profile() {
  return describe(
      {kProfiles, "save_profile_api_profiles__name__post", "Save an LLM profile under a name",
       object({{"llm", kObject}, {"include_secrets", R"({"type":"boolean","default":true})", false}}), 201,
       said(), "409,413,422"});
}

std::string delete_profile() {
  return describe({kProfiles, "delete_profile_api_profiles__name__delete", "Delete an LLM profile", "", 200,
                   said(), "409,422"});
}

std::string validate_profile() {
  const auto error =
      R"({"anyOf":[)" + object({{"type", kText}, {"message", kText}}) + R"(,{"type":"null"}]})";
  return describe({kProfiles, "validate_profile_api_profiles__name__validate_post",
                   "Ask the model one thing, to see that the configuration works", object({{"llm", kObject}}),
                   200, object({{"valid", kYesNo}, {"error", error, false}}), "422"});
}

std::string rename_profile() {
  return describe({kProfiles, "rename_profile_api_profiles__name__rename_post",
                   "Rename an LLM profile, also where agent profiles refer to it", new_name(), 200, said(),
                   "404,409,422"});
}

std::string activate_profile() {
  return describe({kProfiles, "activate_profile_api_profiles__name__activate_post",
                   "Put an LLM profile into the settings", "", 200,
                   object({{"name", kText}, {"message", kText}, {"llm_applied", kYesNo, false}}), "404,422"});
}

std::string list_connections() {
  return describe({kConnectionsTag, "list_provider_connections_api_llm_provider_connections_get",
                   "The provider connections", "", 200, list_of(connection()), ""});
}

std::string create_connection() {
  return describe({kConnectionsTag, "create_provider_connection_api_llm_provider_connections_post",
                   "Keep a key for LLM profiles to share", connection_members(true), 201, connection(),
                   "409,422"});
}

std::string update_connection() {
  return describe({kConnectionsTag,
                   "update_provider_connection_api_llm_provider_connections__connection_id__patch",
                   "Change a provider connection", connection_members(false), 200, connection(), "404,422"});
}

std::string delete_connection() {
  return describe({kConnectionsTag,
                   "delete_provider_connection_api_llm_provider_connections__connection_id__delete",
                   "Delete a provider connection that nothing refers to", "", 200, connection(), "404,409"});
}

std::string list_agent_profiles() {
  const auto info = object({{"id", kMaybeText, false},
                            {"name", kText},
                            {"agent_kind", kText, false},
                            {"revision", kInteger, false},
                            {"llm_profile_ref", kMaybeText, false},
                            {"mcp_server_refs", kMaybeTexts, false}});
  return describe({kAgents, "list_agent_profiles_api_agent_profiles_get",
                   "The agent profiles, and which is active; makes a default one where there is none", "",
                   200, object({{"profiles", list_of(info)}, {"active_agent_profile_id", kMaybeText, false}}),
                   ""});
}

std::string get_agent_profile() {
  return describe({kAgents, "get_agent_profile_api_agent_profiles__name__get", "One agent profile", "", 200,
                   object({{"name", kText}, {"profile", kObject}}), "404,422"});
}

std::string save_agent_profile() {
  return describe({kAgents, "save_agent_profile_api_agent_profiles__name__post",
                   "Save an agent profile under a name", std::string(kObject), 201, said(), "409,413,422"});
}

std::string delete_agent_profile() {
  return describe({kAgents, "delete_agent_profile_api_agent_profiles__name__delete",
                   "Delete an agent profile", "", 200, said(), "422"});
}

std::string rename_agent_profile() {
  return describe({kAgents, "rename_agent_profile_api_agent_profiles__name__rename_post",
                   "Rename an agent profile, which keeps its id", new_name(), 200, said(), "404,409,422"});
}

std::string activate_agent_profile() {
  return describe({kAgents, "activate_agent_profile_api_agent_profiles__profile_id__activate_post",
                   "Make an agent profile the active one", "", 200,
                   object({{"id", kText}, {"message", kText}, {"agent_settings_applied", kYesNo, false}}),
                   "404"});
}

std::string materialize_agent_profile() {
  return describe({kAgents, "materialize_agent_profile_api_agent_profiles__name__materialize_post",
                   "What an agent profile comes to, and what is wrong with it", "", 200,
                   object({{"agent_kind", kText},
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
                           {"resolved_settings", R"({"anyOf":[{"type":"object"},{"type":"null"}]})", false}}),
                   "404,422"});
}

}  // namespace collet::profiles::operations
