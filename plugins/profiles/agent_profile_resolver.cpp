#include "agent_profile_resolver.hpp"

#include <algorithm>
#include <optional>
#include <string_view>

#include "collet/http.hpp"
#include "llm_profiles.hpp"

namespace collet::profiles {
namespace {

// Where the agents of other makers expect their credentials.
struct Credentials {
  std::string_view server;
  std::optional<std::string_view> api_key, base_url;
  std::optional<std::string_view> file;
};
constexpr Credentials kCredentials[] = {
    {"claude-code", "ANTHROPIC_API_KEY", "ANTHROPIC_BASE_URL", std::nullopt},
    {"codex", "OPENAI_API_KEY", "OPENAI_BASE_URL", "CODEX_AUTH_JSON"},
    {"gemini-cli", "GEMINI_API_KEY", "GEMINI_BASE_URL", "GOOGLE_APPLICATION_CREDENTIALS_JSON"},
};

bool is_acp(const json::Value& profile) { return json::string_or(profile, "agent_kind") == "acp"; }

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const auto& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

void add_unless_there(std::vector<std::string>& names, std::string_view name) {
  if (std::find(names.begin(), names.end(), name) == names.end()) names.emplace_back(name);
}

void sort_mcp_servers(const json::Value& profile, const json::Value& mcp_config, Resolution& resolution) {
  const auto* refs = json::find(profile, "mcp_server_refs");
  if (refs == nullptr || refs->IsNull()) {
    for (const auto& server : mcp_config.GetObject())
      resolution.mcp_servers.emplace_back(json::view(server.name));
    return;
  }
  for (const auto& ref : refs->GetArray())
    add_unless_there(json::find(mcp_config, json::view(ref)) != nullptr ? resolution.mcp_servers
                                                                        : resolution.missing_mcp_servers,
                     json::view(ref));
  if (!resolution.missing_mcp_servers.empty())
    resolution.errors.push_back("MCP server(s) not configured: " + joined(resolution.missing_mcp_servers));
}

std::optional<json::Document> find_llm(const json::Value& profile, const json::Document& state,
                                       Resolution& resolution) {
  const std::string name = json::string_or(profile, "llm_profile_ref");
  if (json::find(part(state, kLlmProfiles), name) == nullptr) {
    resolution.errors.push_back("LLM profile '" + name + "' not found");
    return std::nullopt;
  }
  try {
    auto llm = resolved_llm(state, name);
    resolution.llm_found = true;
    resolution.llm_key_set = has_key_somewhere(state, llm);
    return llm;
  } catch (const Refusal& refusal) {  // its connection is not there
    const auto body = json::parse(refusal.response().body);
    resolution.errors.push_back(json::string_or(*body, "detail"));
    return std::nullopt;
  }
}

// The words of a command line; quotes keep blanks. Nothing: a quote is open.
std::optional<std::vector<std::string>> split_command(std::string_view command) {
  std::vector<std::string> words;
  std::string word;
  bool in_word = false;
  char quote = 0;
  for (std::size_t i = 0; i < command.size(); ++i) {
    const char c = command[i];
    if (quote != 0) {
      if (c == quote)
        quote = 0;
      else if (c == '\\' && quote == '"' && i + 1 < command.size() &&
               (command[i + 1] == '"' || command[i + 1] == '\\'))
        word += command[++i];
      else
        word += c;
    } else if (c == '"' || c == '\'') {
      quote = c;
      in_word = true;
    } else if (c == ' ' || c == '\t' || c == '\n') {
      if (in_word) words.push_back(std::exchange(word, {}));
      in_word = false;
    } else {
      if (c == '\\' && i + 1 < command.size()) ++i;
      word += command[i];
      in_word = true;
    }
  }
  if (in_word) words.push_back(word);
  return quote == 0 ? std::optional(words) : std::nullopt;
}

void copy_members(const json::Value& from, json::Value& to, std::initializer_list<std::string_view> names,
                  json::Allocator& allocator) {
  for (const auto name : names)
    if (const auto* value = json::find(from, name); value != nullptr)
      json::set(to, name, json::copy(*value, allocator), allocator);
}

void fill_openhands(const json::Value& profile, json::Value& settings, json::Allocator& allocator) {
  copy_members(profile, settings,
               {"agent", "tools", "condenser", "verification", "enable_sub_agents", "enable_switch_llm_tool",
                "tool_concurrency_limit"},
               allocator);
  json::Value context(rapidjson::kObjectType);
  copy_members(profile, context, {"system_message_suffix", "disabled_skills"}, allocator);
  json::set(context, "load_project_skills", json::Value(true), allocator);
  json::set(settings, "agent_context", std::move(context), allocator);
}

// What is wrong with it; empty: nothing.
std::string fill_acp(const json::Value& profile, json::Value& settings, json::Allocator& allocator) {
  copy_members(profile, settings,
               {"acp_server", "acp_model", "acp_session_mode", "acp_prompt_timeout", "acp_startup_timeout"},
               allocator);
  const auto command = split_command(json::string_or(profile, "acp_command"));
  if (!command) return "acp_command has a quote that does not end";
  if (command->empty() && json::string_or(profile, "acp_server") == "custom")
    return "acp_command is required when acp_server is 'custom'";
  json::Value words(rapidjson::kArrayType);
  for (const auto& word : *command) words.PushBack(json::text(word, allocator), allocator);
  json::set(settings, "acp_command", std::move(words), allocator);
  if (const auto* arguments = json::find(profile, "acp_args"); arguments != nullptr && arguments->IsArray())
    json::set(settings, "acp_args", json::copy(*arguments, allocator), allocator);
  return {};
}

void write_all(json::Writer& w, std::string_view name, const std::vector<std::string>& texts) {
  w.key(name).array();
  for (const auto& text : texts) w.value(text);
  w.end();
}

}  // namespace

Resolution resolve(Host& host, const json::Value& profile, const Surroundings& surroundings) {
  Resolution resolution;
  sort_mcp_servers(profile, surroundings.mcp_config, resolution);
  json::Document settings(rapidjson::kObjectType);
  auto& allocator = settings.GetAllocator();
  json::set(settings, "agent_kind", std::string_view(is_acp(profile) ? "acp" : "openhands"), allocator);
  if (is_acp(profile)) {
    if (const auto wrong = fill_acp(profile, settings, allocator); !wrong.empty())
      resolution.errors.push_back("Failed to build agent settings: " + wrong);
  } else {
    fill_openhands(profile, settings, allocator);
    if (const auto llm = find_llm(profile, surroundings.state, resolution))
      json::set(settings, "llm", json::copy(*llm, allocator), allocator);
  }
  if (!resolution.errors.empty()) return resolution;
  json::Value servers(rapidjson::kObjectType);
  for (const auto& name : resolution.mcp_servers)
    json::set(servers, name, json::copy(*json::find(surroundings.mcp_config, name), allocator), allocator);
  json::set(settings, "mcp_config", std::move(servers), allocator);
  try {
    resolution.settings =
        std::move(*json::parse(host.settings().complete("agent_settings", json::dump(settings))));
  } catch (const HostError& error) {
    if (error.status() != COLLET_INVALID) throw;
    resolution.errors.push_back(std::string("Failed to build agent settings: ") + error.what());
  }
  return resolution;
}

std::string diagnostics(Host& host, const json::Value& profile, const Resolution& resolution) {
  const bool acp = is_acp(profile);
  json::Writer w;
  w.object().member("agent_kind", acp ? "acp" : "openhands").member("valid", resolution.errors.empty());
  write_all(w, "errors", resolution.errors);
  w.member("llm_profile_ref", json::string_at(profile, "llm_profile_ref"));
  w.member("llm_profile_resolved", resolution.llm_found).member("llm_api_key_set", resolution.llm_key_set);
  w.member("mcp_server_refs", *json::find(profile, "mcp_server_refs"));
  write_all(w, "resolved_mcp_config_keys", resolution.mcp_servers);
  write_all(w, "dangling_mcp_server_refs", resolution.missing_mcp_servers);
  const auto* disabled = json::find(profile, "disabled_skills");
  w.key("disabled_skills");
  disabled == nullptr ? w.raw("[]") : w.value(*disabled);
  w.raw_member("resolved_skills", "[]");  // there are no skills yet
  const auto known = std::find_if(
      std::begin(kCredentials), std::end(kCredentials),
      [&](const Credentials& one) { return acp && one.server == json::string_or(profile, "acp_server"); });
  const Credentials credentials = known == std::end(kCredentials) ? Credentials{} : *known;
  w.member("acp_api_key_secret_name", credentials.api_key);
  w.member("acp_base_url_secret_name", credentials.base_url);
  write_all(w, "acp_file_secret_names",
            credentials.file ? std::vector<std::string>{std::string(*credentials.file)}
                             : std::vector<std::string>());
  w.key("resolved_settings");
  if (resolution.errors.empty())
    w.raw(host.management().show_secrets(json::dump(resolution.settings), SecretsAs::kStars));
  else
    w.value(nullptr);
  return w.end().take();
}

}  // namespace collet::profiles
