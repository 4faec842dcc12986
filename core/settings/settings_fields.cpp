#include "settings/settings_fields.hpp"

namespace collet::settings {

namespace {

using enum Type;

constexpr Field maybe(Field field) {
  field.nullable = true;
  return field;
}
constexpr Field at_least(double least, Field field) {
  field.least = least;
  return field;
}
constexpr Field between(double least, double most, Field field) {
  field.most = most;
  return at_least(least, field);
}
constexpr Field choice(std::string_view name, std::string_view choices, std::string_view initial) {
  return {.name = name, .type = kChoice, .initial = initial, .choices = choices};
}
constexpr Field object(std::string_view name, const Shape& members, std::string_view initial = "{}") {
  return {.name = name, .type = kObject, .initial = initial, .members = &members};
}
constexpr Field text(std::string_view name, std::string_view initial) {
  return {.name = name, .initial = initial};
}
constexpr Field text(std::string_view name) { return maybe(text(name, "null")); }
constexpr Field url(std::string_view name) { return maybe({.name = name, .type = kUrl}); }
constexpr Field secret(std::string_view name) { return maybe({.name = name, .type = kSecret}); }
constexpr Field yes_no(std::string_view name, std::string_view initial) {
  return {.name = name, .type = kBool, .initial = initial};
}
constexpr Field yes_no(std::string_view name) { return maybe(yes_no(name, "null")); }
constexpr Field integer(std::string_view name, std::string_view initial = "null") {
  return {.name = name, .type = kInteger, .initial = initial};
}
constexpr Field number(std::string_view name, std::string_view initial = "null") {
  return {.name = name, .type = kNumber, .initial = initial};
}
constexpr Field of_type(std::string_view name, Type type, std::string_view initial) {
  return {.name = name, .type = type, .initial = initial};
}

constexpr Field kLlmFields[] = {
    text("model", R"("gpt-5.5")"),
    secret("api_key"),
    text("provider_connection_id"),
    choice("auth_type", "|api_key|subscription|", R"("api_key")"),
    maybe(choice("subscription_vendor", "|openai|", "null")),
    url("base_url"),
    text("api_version"),
    secret("aws_access_key_id"),
    secret("aws_secret_access_key"),
    secret("aws_session_token"),
    text("aws_region_name"),
    text("aws_profile_name"),
    text("aws_role_name"),
    text("aws_session_name"),
    url("aws_bedrock_runtime_endpoint"),
    text("openrouter_site_url", R"("https://docs.all-hands.dev/")"),
    text("openrouter_app_name", R"("OpenHands")"),
    at_least(0, integer("num_retries", "5")),
    at_least(0, number("retry_multiplier", "8.0")),
    at_least(0, integer("retry_min_wait", "8")),
    at_least(0, integer("retry_max_wait", "64")),
    maybe(at_least(0, integer("timeout", "300"))),
    at_least(1, integer("max_message_chars", "30000")),
    maybe(at_least(0, number("temperature"))),
    maybe(between(0, 1, number("top_p"))),
    maybe(at_least(0, number("top_k"))),
    maybe(at_least(1, integer("max_input_tokens"))),
    maybe(at_least(1, integer("max_output_tokens"))),
    text("model_canonical_name"),
    choice("api_mode", "|auto|chat|responses|", R"("auto")"),
    of_type("capability_overrides", kMap, "{}"),
    maybe(of_type("extra_headers", kStringMap, "null")),
    maybe(at_least(0, number("input_cost_per_token"))),
    maybe(at_least(0, number("output_cost_per_token"))),
    url("ollama_base_url"),
    yes_no("stream", "false"),
    yes_no("drop_params", "true"),
    yes_no("modify_params", "true"),
    yes_no("disable_vision"),
    maybe(yes_no("disable_stop_word", "false")),
    yes_no("caching_prompt", "true"),
    yes_no("log_completions", "false"),
    text("log_completions_folder", R"("logs/completions")"),
    text("custom_tokenizer"),
    yes_no("native_tool_calling", "true"),
    yes_no("force_string_serializer"),
    yes_no("inline_image_urls"),
    maybe(text("reasoning_effort", R"("high")")),
    maybe(choice("reasoning_summary", "|auto|concise|detailed|", "null")),
    yes_no("enable_encrypted_reasoning", "true"),
    maybe(text("prompt_cache_retention", R"("24h")")),
    maybe(integer("extended_thinking_budget", "200000")),
    maybe(integer("seed")),
    text("usage_id", R"("default")"),
    of_type("litellm_extra_body", kMap, "{}"),
    of_type("is_subscription", kFixed, "false"),
};
constexpr Shape kLlm{kLlmFields};

constexpr Field kMcpServerFields[] = {
    text("url"),
    maybe(choice("transport", "|stdio|http|streamable-http|sse|", "null")),
    text("command"),
    maybe(of_type("args", kStrings, "null")),
    maybe(of_type("env", kStringMap, "null")),
    text("cwd"),
    text("description"),
    text("icon"),
    maybe(number("timeout")),
    maybe(number("sse_read_timeout")),
    yes_no("keep_alive"),
    maybe(of_type("headers", kStringMap, "null")),
    maybe(of_type("auth", kMap, "null")),
    yes_no("enabled", "true"),
};
constexpr Shape kMcpServer{kMcpServerFields, /*leave_out_nulls=*/true};
constexpr Field kMcpConfig{.name = "mcp_config", .type = kObjectMap, .initial = "{}", .members = &kMcpServer};

constexpr Field kContextFields[] = {
    of_type("skills", kArray, "[]"),
    text("system_message_suffix"),
    text("user_message_suffix"),
    yes_no("load_user_skills", "false"),
    yes_no("load_public_skills", "false"),
    maybe(text("marketplace_path", R"("marketplaces/default.json")")),
    of_type("registered_marketplaces", kArray, "[]"),
    yes_no("load_project_skills", "false"),
    yes_no("load_memory", "false"),
    of_type("disabled_skills", kStrings, "[]"),
    maybe(of_type("secrets", kMap, "null")),
    maybe(of_type("current_datetime", kNow, "null")),
};
constexpr Shape kContext{kContextFields};

constexpr Field kCondenserFields[] = {
    yes_no("enabled", "true"),
    at_least(1, integer("max_size", "240")),
    choice("condenser_kind", "|llm_summarizing|no_op|", R"("llm_summarizing")"),
    maybe(at_least(1, integer("max_tokens"))),
    at_least(0, integer("keep_first", "2")),
    between(0, 1, number("minimum_progress", "0.1")),
    at_least(1, integer("hard_context_reset_max_retries", "5")),
    between(0, 1, number("hard_context_reset_context_scaling", "0.8")),
};
constexpr Shape kCondenser{kCondenserFields};

constexpr Field kVerificationFields[] = {
    yes_no("critic_enabled", "false"),
    choice("critic_mode", "|finish_and_message|all_actions|", R"("finish_and_message")"),
    yes_no("enable_iterative_refinement", "false"),
    between(0, 1, number("critic_threshold", "0.6")),
    at_least(1, integer("max_refinement_iterations", "3")),
    url("critic_server_url"),
    text("critic_model_name"),
    secret("critic_api_key"),
};
constexpr Shape kVerification{kVerificationFields};

constexpr Field kOpenHandsFields[] = {
    of_type("schema_version", kFixed, "5"),
    choice("agent_kind", "|openhands|", R"("openhands")"),
    text("agent", R"("CodeActAgent")"),
    object("llm", kLlm),
    maybe(of_type("tools", kArray, "null")),
    yes_no("enable_sub_agents", "false"),
    yes_no("enable_switch_llm_tool", "true"),
    at_least(1, integer("tool_concurrency_limit", "1")),
    kMcpConfig,
    object("agent_context", kContext),
    object("condenser", kCondenser),
    object("verification", kVerification),
};
constexpr Shape kOpenHands{kOpenHandsFields};

// Where the files of known agents' credentials go.
constexpr std::string_view kAcpFileSecrets =
    R"([{"secret_name":"CODEX_AUTH_JSON","filename":"auth.json","env_var":"CODEX_HOME","subdir":"codex",)"
    R"("env_points_to":"dir","warn_if_unset":[]},)"
    R"({"secret_name":"GOOGLE_APPLICATION_CREDENTIALS_JSON","filename":"gcloud-credentials.json",)"
    R"("env_var":"GOOGLE_APPLICATION_CREDENTIALS","subdir":"gemini-cli","env_points_to":"file",)"
    R"("warn_if_unset":["GOOGLE_CLOUD_PROJECT","GOOGLE_CLOUD_LOCATION"]}])";

constexpr Field kAcpFields[] = {
    of_type("schema_version", kFixed, "5"),
    choice("agent_kind", "|acp|", R"("acp")"),
    choice("acp_server", "|claude-code|codex|gemini-cli|custom|", R"("claude-code")"),
    of_type("acp_command", kStrings, "[]"),
    of_type("acp_args", kStrings, "[]"),
    text("acp_model"),
    text("acp_session_mode"),
    at_least(0, number("acp_prompt_timeout", "1800.0")),
    at_least(0, number("acp_startup_timeout", "90.0")),
    kMcpConfig,
    yes_no("acp_isolate_data_dir", "false"),
    of_type("acp_file_secrets", kArray, kAcpFileSecrets),
    object("llm", kLlm),
    maybe(object("agent_context", kContext, "null")),
};
constexpr Shape kAcp{kAcpFields};

constexpr Field kConversationFields[] = {
    of_type("schema_version", kFixed, "1"),
    at_least(1, integer("max_iterations", "500")),
    yes_no("confirmation_mode", "false"),
    maybe(choice("security_analyzer", "|llm|none|", R"("llm")")),
};
constexpr Shape kConversation{kConversationFields};

}  // namespace

const Shape* agent_shape(std::string_view agent_kind) {
  if (agent_kind == "openhands") return &kOpenHands;
  if (agent_kind == "acp") return &kAcp;
  return nullptr;
}

const Shape& conversation_shape() { return kConversation; }

}  // namespace collet::settings
