#include "settings/settings_form.hpp"

#include <array>

#include "settings/settings_fields.hpp"

namespace collet::settings {

namespace {

constexpr FormField critical(FormField field) {
  field.prominence = Prominence::kCritical;
  return field;
}
constexpr FormField major(FormField field) {
  field.prominence = Prominence::kMajor;
  return field;
}
constexpr FormField needs(std::string_view names, FormField field) {
  field.depends_on = names;
  return field;
}

constexpr FormField kGeneral[] = {
    major({"agent", "Agent", "The kind of agent that works."}),
    major({"tools", "Tools", "What the agent may use. Null stands for the usual tools."}),
    major({"enable_sub_agents", "Sub-agents", "The agent may hand parts of its work to other agents."}),
    {"enable_switch_llm_tool", "Switching models", "The agent may change to another saved model."},
    major({"tool_concurrency_limit", "Parallel tool calls", "How many tools may run at the same time."}),
    {"mcp_config", "MCP servers", "Servers that bring further tools, by name."},
};

constexpr FormField kLlm[] = {
    critical({"model", "Model", "The model, as provider/name."}),
    critical({"api_key", "API key", "What the provider knows you by."}),
    major({"provider_connection_id", "Provider connection",
           "A saved connection, in place of a key and an address given here."}),
    critical({"auth_type", "Authentication", "Pay by use with a key, or use a subscription."}),
    needs("auth_type", critical({"subscription_vendor", "Subscription", "Who the subscription is with."})),
    major({"base_url", "Base URL", "The address of the model's API, where it is not the provider's own."}),
    {"api_version", "API version", "Some providers, Azure among them, ask for one."},
    {"aws_access_key_id", "AWS access key ID"},
    {"aws_secret_access_key", "AWS secret access key"},
    {"aws_session_token", "AWS session token"},
    {"aws_region_name", "AWS region"},
    {"aws_profile_name", "AWS profile"},
    {"aws_role_name", "AWS role"},
    {"aws_session_name", "AWS session name"},
    {"aws_bedrock_runtime_endpoint", "AWS Bedrock endpoint"},
    {"openrouter_site_url", "OpenRouter site URL"},
    {"openrouter_app_name", "OpenRouter app name"},
    {"num_retries", "Retries"},
    {"retry_multiplier", "Growth of the wait"},
    {"retry_min_wait", "Shortest wait (seconds)"},
    {"retry_max_wait", "Longest wait (seconds)"},
    {"timeout", "Timeout (seconds)", "How long one call may take. Null: as long as it wants."},
    {"max_message_chars", "Longest message", "Characters; what is longer is cut in the middle."},
    {"temperature", "Temperature", "0 repeats itself, more varies. Null leaves it to the provider."},
    {"top_p", "Top P", "The share of likely words to choose from. Null leaves it to the provider."},
    {"top_k", "Top K"},
    {"max_input_tokens", "Input limit (tokens)", "The most that the model reads at once."},
    {"max_output_tokens", "Output limit (tokens)", "The most that the model may write in one answer."},
    {"model_canonical_name", "Canonical name",
     "The model's usual name, where a provider has its own: what the model can do is looked up with it."},
    {"api_mode", "API", "Chat completions or responses; auto chooses what fits the model."},
    {"capability_overrides", "Capabilities", "Says what the model can do where that is not known, or wrong."},
    {"extra_headers", "Extra headers", "HTTP headers to send with each call."},
    {"input_cost_per_token", "Price of an input token", "Counted in the costs of a conversation."},
    {"output_cost_per_token", "Price of an output token", "Counted in the costs of a conversation."},
    {"ollama_base_url", "Ollama URL"},
    {"stream", "Streaming", "Show answers while they are written."},
    {"drop_params", "Leave out unknown parameters"},
    {"modify_params", "Adapt parameters", "Kept for older settings."},
    {"disable_vision", "No images", "Send no images, though the model could see them."},
    {"disable_stop_word", "No stop words", "Send no stop words."},
    {"caching_prompt", "Prompt caching", "Let the provider remember the beginning of a conversation."},
    {"log_completions", "Log calls", "Keep what is sent to the model and what it answers."},
    {"log_completions_folder", "Folder of the log", "Where logged calls go."},
    {"custom_tokenizer", "Tokenizer", "Counts tokens in place of the model's own."},
    {"native_tool_calling", "Native tool calls", "Off: tools are explained to the model in words."},
    {"force_string_serializer", "Messages as plain text", "For APIs that take no lists of parts."},
    {"inline_image_urls", "Embed images",
     "Fetch linked images and send them along, for APIs that take no links."},
    {"reasoning_effort", "Reasoning effort",
     "How much the model thinks: none, low, medium, high, xhigh or its own word."},
    {"reasoning_summary", "Reasoning summary",
     "How much the model tells of its thoughts. Not open to all accounts."},
    {"enable_encrypted_reasoning", "Encrypted reasoning",
     "Keep thoughts between calls, unreadable to others."},
    {"prompt_cache_retention", "Prompt cache lifetime",
     "How long the provider remembers, for models that let one say."},
    {"extended_thinking_budget", "Thinking budget (tokens)",
     "For older Anthropic models, which think with a budget."},
    {"seed", "Seed", "The same seed makes answers more alike."},
    {"usage_id", "Usage ID", "The name under which tokens and costs are counted."},
    {"litellm_extra_body", "Extra body", "Members to add to the body of each call."},
};

constexpr FormField kMemory[] = {
    major({"load_memory", "Persistent memory",
           "Start with what the agent wrote down in earlier conversations."}),
};

constexpr FormField kCondenser[] = {
    critical({"enabled", "Condense memory", "Sum up old events when a conversation gets long."}),
    needs("enabled", {"max_size", "Most events", "With more than this, old ones are summed up."}),
    {"condenser_kind", "Kind", "A summary written by the model, or nothing at all."},
    needs("enabled",
          {"max_tokens", "Most tokens", "With more than this, old events are summed up. Null: no limit."}),
    needs("enabled", {"keep_first", "Keep first", "So many events at the beginning are never summed up."}),
    needs("enabled",
          {"minimum_progress", "Least progress", "The share of events that a summary has to replace."}),
    needs("enabled", {"hard_context_reset_max_retries", "Hard reset attempts",
                      "How often to try when the whole conversation has to be summed up."}),
    needs("enabled", {"hard_context_reset_context_scaling", "Hard reset scaling",
                      "Each attempt shortens the events by this factor."}),
};

constexpr FormField kVerification[] = {
    critical({"critic_enabled", "Critic", "A second model judges the agent's work."}),
    needs("critic_enabled", {"critic_mode", "When", "Judge results and messages alone, or every action."}),
    needs("critic_enabled", critical({"enable_iterative_refinement", "Refine",
                                      "Let the agent try again when the judgement is bad."})),
    needs("critic_enabled|enable_iterative_refinement",
          {"critic_threshold", "Threshold", "The score below which work counts as bad."}),
    needs("critic_enabled|enable_iterative_refinement",
          {"max_refinement_iterations", "Most attempts", "How often the agent may try again."}),
    needs("critic_enabled",
          {"critic_server_url", "Critic URL", "The address of the critic. Null: the usual one."}),
    needs("critic_enabled",
          {"critic_model_name", "Critic model", "The critic's model. Null: the usual one."}),
    needs("critic_enabled",
          critical({"critic_api_key", "Critic API key", "What the critic's service knows you by."})),
};

constexpr FormField kAcp[] = {
    critical({"acp_server", "ACP server", "The agent program to start; custom starts the command below."}),
    {"acp_command", "Command", "Starts the agent program in place of the usual command."},
    {"acp_args", "Arguments", "Added to the command."},
    critical({"acp_model", "Model", "The model that the agent program is to use, by its own name for it."}),
    {"acp_session_mode", "Session mode", "The program's name of a mode. Empty: the one that fits."},
    {"acp_prompt_timeout", "Silence timeout (seconds)",
     "How long the program may say nothing while it works."},
    {"acp_startup_timeout", "Start-up timeout (seconds)", "How long the program may take to get ready."},
};

constexpr FormField kConversation[] = {
    major({"max_iterations", "Most steps", "The conversation stops after so many calls of the model."}),
};

constexpr FormField kConfirmation[] = {
    critical({"confirmation_mode", "Confirmation", "Ask before the agent does something risky."}),
    needs("confirmation_mode",
          major({"security_analyzer", "Security analyzer", "Says how risky an action is."})),
};

}  // namespace

std::span<const FormSection> agent_form() {
  constexpr std::string_view kOwn = "openhands";
  constexpr std::string_view kOther = "acp";
  static const Shape& own = *agent_shape(kOwn);
  static const Shape& other = *agent_shape(kOther);
  static const std::array sections = {
      FormSection{"general", "General", own, kGeneral, {}, kOwn},
      FormSection{"llm", "LLM", own, kLlm, kOwn, kOwn},
      FormSection{"agent_context", "Memory", own, kMemory, kOwn, kOwn},
      FormSection{"condenser", "Condenser", own, kCondenser, kOwn, kOwn},
      FormSection{"verification", "Verification", own, kVerification, kOwn, kOwn},
      FormSection{"acp", "ACP (Agent Client Protocol)", other, kAcp, kOther, kOther},
      FormSection{"llm", "LLM (metrics only)", other, kLlm, kOther, kOther},
  };
  return sections;
}

std::span<const FormSection> conversation_form() {
  static const Shape& shape = conversation_shape();
  static const std::array sections = {
      FormSection{"general", "General", shape, kConversation},
      FormSection{"verification", "Verification", shape, kConfirmation},
  };
  return sections;
}

}  // namespace collet::settings
