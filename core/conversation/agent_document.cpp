#include "conversation/agent_document.hpp"

#include <array>

#include "secrets/json_secrets.hpp"
#include "secrets/ordinary_value.hpp"

namespace collet::conversation {
namespace {

// What a client leaves out, in the order in which the wire shows it.
constexpr std::string_view kLlmDefaults =
    R"({"model":null,"api_key":null,"provider_connection_id":null,"auth_type":"api_key",)"
    R"("subscription_vendor":null,"base_url":null,"api_version":null,"aws_access_key_id":null,)"
    R"("aws_secret_access_key":null,"aws_session_token":null,"aws_region_name":null,)"
    R"("aws_profile_name":null,"aws_role_name":null,"aws_session_name":null,)"
    R"("aws_bedrock_runtime_endpoint":null,"openrouter_site_url":"https://docs.all-hands.dev/",)"
    R"("openrouter_app_name":"OpenHands","num_retries":5,"retry_multiplier":8.0,"retry_min_wait":8,)"
    R"("retry_max_wait":64,"timeout":300,"max_message_chars":30000,"temperature":null,"top_p":null,)"
    R"("top_k":null,"max_input_tokens":null,"max_output_tokens":null,"model_canonical_name":null,)"
    R"("api_mode":"auto","capability_overrides":{},"extra_headers":null,"input_cost_per_token":null,)"
    R"("output_cost_per_token":null,"ollama_base_url":null,"stream":false,"drop_params":true,)"
    R"("modify_params":true,"disable_vision":null,"disable_stop_word":false,"caching_prompt":true,)"
    R"("log_completions":false,"log_completions_folder":"logs/completions","custom_tokenizer":null,)"
    R"("native_tool_calling":true,"force_string_serializer":null,"inline_image_urls":null,)"
    R"("reasoning_effort":"high","reasoning_summary":null,"enable_encrypted_reasoning":true,)"
    R"("prompt_cache_retention":"24h","extended_thinking_budget":200000,"seed":null,)"
    R"("usage_id":"default","litellm_extra_body":{},"is_subscription":false})";

constexpr std::string_view kAgentDefaults =
    R"({"tools":[],"mcp_config":{},"filter_tools_regex":null,)"
    R"("include_default_tools":["FinishTool","ThinkTool"],"agent_context":null,"system_prompt":null,)"
    R"("system_prompt_filename":"system_prompt.j2","security_policy_filename":"security_policy.j2",)"
    R"("system_prompt_kwargs":{"llm_security_analyzer":true},"condenser":null,"critic":null,)"
    R"("tool_concurrency_limit":1,"kind":"Agent"})";

constexpr std::string_view kContextDefaults =
    R"({"skills":[],"system_message_suffix":null,"user_message_suffix":null,"load_user_skills":false,)"
    R"("load_public_skills":false,"marketplace_path":"marketplaces/default.json",)"
    R"("registered_marketplaces":[],"load_project_skills":false,"load_memory":false,)"
    R"("disabled_skills":[],"secrets":null,"current_datetime":null})";

// What an agent made from settings gets when these don't say.
constexpr std::array<std::string_view, 2> kUsualTools = {"terminal", "file_editor"};

// The defaults with what is given laid over them; members that the defaults don't have are dropped.
json::Value overlay(std::string_view defaults, const json::Value& given, json::Allocator& allocator) {
  const auto base = json::parse(defaults);
  json::Value out(rapidjson::kObjectType);
  for (const auto& member : base->GetObject()) {
    const json::Value* value = json::find(given, json::view(member.name));
    out.AddMember(json::copy(member.name, allocator),
                  json::copy(value != nullptr ? *value : member.value, allocator), allocator);
  }
  return out;
}

// [{"name","params"}], in the order given.
json::Value complete_tools(const json::Value& tools, json::Allocator& allocator) {
  json::Value out(rapidjson::kArrayType);
  if (!tools.IsArray()) return out;
  for (const auto& tool : tools.GetArray()) {
    json::Value entry(rapidjson::kObjectType);
    json::set(entry, "name", json::string_or(tool, "name"), allocator);
    const json::Value* params = json::find(tool, "params");
    json::set(entry, "params",
              params != nullptr && params->IsObject() ? json::copy(*params, allocator)
                                                      : json::Value(rapidjson::kObjectType),
              allocator);
    out.PushBack(entry, allocator);
  }
  return out;
}

// Where a single secret may stand, what stands for none becomes null. Maps (env, headers, secrets) hold texts
// of any kind: they stay.
void drop_no_secrets(json::Value& value) {
  if (value.IsArray())
    for (auto& item : value.GetArray()) drop_no_secrets(item);
  if (!value.IsObject()) return;
  const bool is_credential = json::find(value, "strategy") != nullptr;
  for (auto& member : value.GetObject()) {
    const auto name = json::view(member.name);
    const bool is_secret = secrets::is_secret_name(name) || (is_credential && name == "value");
    if (is_secret && member.value.IsString() && secrets::stands_for_none(json::view(member.value)))
      member.value.SetNull();
    else if (!is_secret || name == "auth")
      drop_no_secrets(member.value);
  }
}

}  // namespace

json::Document complete_agent(const json::Value& given) {
  json::Document agent;
  auto& allocator = agent.GetAllocator();
  agent.SetObject();
  static const json::Value kEmpty(rapidjson::kObjectType);
  const json::Value* llm = json::find(given, "llm");
  json::set(agent, "llm", overlay(kLlmDefaults, llm != nullptr ? *llm : kEmpty, allocator), allocator);
  json::Value rest = overlay(kAgentDefaults, given, allocator);
  for (auto& member : rest.GetObject()) {
    const auto name = json::view(member.name);
    if (name == "tools")
      json::set(agent, name, complete_tools(member.value, allocator), allocator);
    else if (name == "agent_context" && member.value.IsObject())
      json::set(agent, name, overlay(kContextDefaults, member.value, allocator), allocator);
    else
      json::set(agent, name, std::move(member.value), allocator);
  }
  json::set(agent, "kind", std::string_view("Agent"), allocator);
  drop_no_secrets(agent);
  return agent;
}

json::Document agent_from_settings(const json::Value& settings) {
  json::Document given;
  auto& allocator = given.GetAllocator();
  given.SetObject();
  for (const auto name : {"llm", "tools", "mcp_config", "agent_context", "tool_concurrency_limit"}) {
    const json::Value* value = json::find(settings, name);
    if (value != nullptr && !value->IsNull())
      json::set(given, name, json::copy(*value, allocator), allocator);
  }
  if (json::find(given, "tools") == nullptr) {
    json::Value tools(rapidjson::kArrayType);
    for (const auto name : kUsualTools) {
      json::Value tool(rapidjson::kObjectType);
      json::set(tool, "name", std::string_view(name), allocator);
      tools.PushBack(tool, allocator);
    }
    json::set(given, "tools", std::move(tools), allocator);
  }
  if (json::Value* llm = json::find(given, "llm");
      llm != nullptr && llm->IsObject() && json::string_or(*llm, "usage_id", "default") == "default")
    json::set(*llm, "usage_id", std::string_view("agent"), allocator);
  return complete_agent(given);
}

}  // namespace collet::conversation
