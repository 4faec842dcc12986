#include "api/models.hpp"

#include <algorithm>
#include <cctype>

#include "api/message_body.hpp"
#include "api/secret_sources.hpp"
#include "api/start_request.hpp"

namespace collet::api {

// Constants of this file: those that models.hpp declares have external linkage.

constexpr Schema kAnything = anything();
constexpr Schema kText = text();
constexpr Schema kObject{.form = Form::kMap, .items = &kAnything};
constexpr Schema kTexts = list_of(kText);
constexpr Schema kTextMap = map_of(kText);

// ---- messages
constexpr Member kTextPart[] = {
    {"cache_prompt", initially("false", yes_no())},
    {"type", initially(R"("text")", choice("text"))},
    {"text", text(), true},
};
constexpr Member kImagePart[] = {
    {"cache_prompt", initially("false", yes_no())},
    {"type", initially(R"("image")", choice("image"))},
    {"image_urls", list_of(kText, "Addresses of images, or data: URLs"), true},
};
constexpr Schema kTextContent = object("TextContent", kTextPart);
constexpr Schema kImageContent = object("ImageContent", kImagePart);
constexpr const Schema* kPartForms[] = {&kTextContent, &kImageContent};
constexpr Schema kPart = either(kPartForms);

constexpr Member kMessage[] = {
    {"role", checked_by(check_role, initially(R"("user")", choice("user")))},
    {"content", list_of(kPart)},
    {"run", initially("false", yes_no("Whether the agent starts to work"))},
    {"sender", maybe(text("Who it is from, where several people write"))},
};
constexpr Schema kSendMessageRequest = object("SendMessageRequest", kMessage);

// ---- starting and changing conversations
constexpr Member kLocalWorkspaceMembers[] = {
    {"kind", initially(R"("LocalWorkspace")", choice("LocalWorkspace"))},
    {"working_dir", text("The folder to work in"), true},
};
constexpr Schema kLocalWorkspace =
    checked_by(check_workspace, object("LocalWorkspace", kLocalWorkspaceMembers));

constexpr Member kLlmMembers[] = {
    {"model", text("provider/model"), true},
    {"api_key", maybe(text())},
    {"base_url", maybe(text("Where the provider is, if Collet doesn't know it"))},
    {"usage_id", initially(R"("default")", text())},
    {"stream", initially("false", yes_no())},
};
constexpr Schema kLlm = object("LLM", kLlmMembers, "A model and how to call it; has more members");
constexpr Member kToolMembers[] = {
    {"name", text(), true},
    {"params", kObject},
};
constexpr Schema kTool = object("Tool", kToolMembers);
constexpr Member kAgentMembers[] = {
    {"kind", initially(R"("Agent")", choice("Agent"))},
    {"llm", kLlm, true},
    {"tools", list_of(kTool)},
    {"agent_context", maybe(kObject)},
    {"condenser", maybe(kObject)},
    {"mcp_config", kObject},
    {"tool_concurrency_limit", initially("1", integer())},
};
constexpr Schema kAgent = checked_by(check_agent, object("Agent", kAgentMembers, "Has more members"));

constexpr Member kPolicyKind[] = {{"kind", choice("AlwaysConfirm|ConfirmRisky|NeverConfirm"), true}};
constexpr Member kAnalyzerKind[] = {{"kind", choice("LLMSecurityAnalyzer"), true}};
constexpr Schema kConfirmationPolicy =
    checked_by(check_confirmation_policy, object("ConfirmationPolicy", kPolicyKind));
constexpr Schema kSecurityAnalyzer =
    checked_by(check_security_analyzer, object("SecurityAnalyzer", kAnalyzerKind));
constexpr Schema kTags = checked_by(
    check_tags, map_of(kText, "Names of lower-case letters and digits; at most 256 characters each"));

constexpr Member kStaticSecretMembers[] = {
    {"kind", initially(R"("StaticSecret")", choice("StaticSecret"))},
    {"value", maybe(text())},
    {"description", maybe(text())},
};
constexpr Schema kStaticSecret = object("StaticSecret", kStaticSecretMembers);
constexpr Member kLookupSecretMembers[] = {
    {"kind", choice("LookupSecret"), true},
    {"url", text("Answers the value to GET"), true},
    {"headers", map_of(kText)},
    {"description", maybe(text())},
};
constexpr Schema kLookupSecret = object("LookupSecret", kLookupSecretMembers);
constexpr const Schema* kSecretForms[] = {&kText, &kStaticSecret, &kLookupSecret};
constexpr Schema kSecretSource = checked_by(check_secret_source, either(kSecretForms));

constexpr Member kClientToolMembers[] = {
    {"name", text(), true},
    {"description", text(), true},
    {"parameters", kObject},
    {"annotations", maybe(kObject)},
};
constexpr Schema kClientTool = object("ClientToolSpec", kClientToolMembers);
constexpr Member kAdditionMembers[] = {
    {"system_message_suffix_append", maybe(at_most(32768, text("Goes behind the agent's own suffix")))},
};
constexpr Schema kAgentLaunchAdditions = closed(object("AgentLaunchAdditions", kAdditionMembers));
constexpr Member kDefinitionMembers[] = {
    {"name", text(), true},
    {"description", text()},
    {"model", text()},
    {"color", maybe(text())},
    {"tools", kTexts},
    {"skills", kTexts},
    {"system_prompt", text()},
    {"source", maybe(text())},
    {"level", maybe(choice("project|user|builtin|plugin|programmatic"))},
    {"when_to_use_examples", kTexts},
    {"hooks", maybe(kObject)},
    {"permission_mode", maybe(text())},
    {"max_iteration_per_run", maybe(above(0, integer()))},
    {"max_budget_per_run", maybe(above(0, number()))},
    {"mcp_config", maybe(kObject)},
    {"profile_store_dir", maybe(text())},
    {"condenser", maybe(kObject)},
    {"metadata", kObject},
};
constexpr Schema kAgentDefinition = object("AgentDefinition", kDefinitionMembers);
constexpr Member kPluginSourceMembers[] = {
    {"source", text(), true},
    {"ref", maybe(text())},
    {"repo_path", maybe(text())},
};
constexpr Schema kPluginSource = object("PluginSource", kPluginSourceMembers);
constexpr Schema kYesNo = yes_no(), kNumber = number(), kLabel = at_least(1, text());
constexpr Schema kYesNos = list_of(kYesNo), kNumbers = list_of(kNumber);
constexpr const Schema* kTraceForms[] = {&kText, &kYesNo, &kNumber, &kTexts, &kYesNos, &kNumbers};
constexpr Schema kTraceValue = either(kTraceForms);

void check_span_name(const json::Value& value, const Places& where, Validation& validation) {
  static constexpr Schema kName = at_least(1, at_most(128, text()));
  check(kName, value, where, validation);
  if (!value.IsString()) return;
  const auto name = json::view(value);
  if (!std::all_of(name.begin(), name.end(), [](unsigned char c) {
        return std::isalnum(c) != 0 ||
               std::string_view("._:/-").find(static_cast<char>(c)) != std::string_view::npos;
      }))
    validation.add(
        "value_error", where,
        "Value error, a span's name has letters, digits, dots, underscores, colons, slashes and hyphens",
        &value);
}

constexpr Member kStartMembers[] = {
    {"workspace", kLocalWorkspace, true},
    {"worktree", initially("false", yes_no("Without effect"))},
    {"agent", maybe(kAgent)},
    {"agent_settings", maybe(checked_by(check_agent_settings, map_of(kAnything, "In place of an agent")))},
    {"agent_profile_id", maybe(uuid("In place of an agent; needs the plugin profiles"))},
    {"agent_launch_additions", maybe(kAgentLaunchAdditions)},
    {"agent_definitions", list_of(kAgentDefinition, "Without effect")},
    {"conversation_id", maybe(uuid("Made by the server where it is missing"))},
    {"parent_conversation_id", maybe(uuid())},
    {"confirmation_policy", initially(R"({"kind":"NeverConfirm"})", kConfirmationPolicy)},
    {"security_analyzer", maybe(kSecurityAnalyzer)},
    {"initial_message", maybe(kSendMessageRequest)},
    {"max_iterations", initially("500", at_least(1, integer()))},
    {"stuck_detection", initially("true", yes_no())},
    {"autotitle", initially("true", yes_no())},
    {"title_llm_profile", maybe(text("Without effect"))},
    {"secrets", map_of(kSecretSource, "By name")},
    {"secrets_encrypted",
     initially("false", yes_no("Secrets are as X-Expose-Secrets: encrypted shows them"))},
    {"tags", maybe(kTags)},
    {"hook_config", maybe(kObject)},
    {"client_tools", list_of(kClientTool)},
    {"tool_module_qualnames", map_of(kText, "Without effect")},
    {"plugins", maybe(list_of(kPluginSource, "Without effect"))},
    {"user_id", maybe(text("Without effect"))},
    {"observability_metadata", maybe(map_of(kTraceValue, "Without effect"))},
    {"observability_tags", maybe(list_of(kLabel, "Without effect"))},
    {"observability_span_name",
     maybe(initially(R"("conversation")", checked_by(check_span_name, text("Without effect"))))},
};
constexpr Schema kStartConversationRequest =
    object("StartConversationRequest", kStartMembers, "One of agent and agent_settings is needed");
constexpr Member kUpdateSecrets[] = {{"secrets", map_of(kSecretSource, "By name"), true}};
constexpr Schema kUpdateSecretsRequest = object("UpdateSecretsRequest", kUpdateSecrets);
constexpr Member kUpdateMembers[] = {
    {"title", maybe(at_least(1, at_most(200, text())))},
    {"tags", maybe(kTags)},
};
constexpr Schema kUpdateConversationRequest = object("UpdateConversationRequest", kUpdateMembers);
constexpr Member kPolicyMembers[] = {{"policy", kConfirmationPolicy, true}};
constexpr Schema kSetConfirmationPolicyRequest = object("SetConfirmationPolicyRequest", kPolicyMembers);
constexpr Member kAnalyzerMembers[] = {{"security_analyzer", maybe(kSecurityAnalyzer), true}};
constexpr Schema kSetSecurityAnalyzerRequest = object("SetSecurityAnalyzerRequest", kAnalyzerMembers);
constexpr Member kAcceptMembers[] = {
    {"accept", yes_no(), true},
    {"reason", initially(R"("User rejected the action.")", text("For the agent"))},
};
constexpr Schema kConfirmationResponseRequest = object("ConfirmationResponseRequest", kAcceptMembers);
constexpr Schema kEventIds = list_of(kText, "Ids of events");

// A text is a number that cannot be read, as in a query.
void check_runs(const json::Value& value, const Places& where, Validation& validation) {
  if (value.IsString())
    return validation.add("int_parsing", where,
                          "Input should be a valid integer, unable to parse string as an integer", &value);
  static constexpr Schema kRuns = at_least(1, integer());
  check(kRuns, value, where, validation);
}
constexpr Member kInitMembers[] = {
    {"session_api_keys", maybe(list_of(kText, "Those that clients need from then on"))},
    {"secret_key", maybe(text("Seals what is stored"))},
    {"conversations_path", maybe(text("The folder that holds everything the server keeps"))},
    {"bash_events_dir", maybe(text("Without effect"))},
    {"conversation_worktree_root", maybe(text("Without effect"))},
    {"webhooks", maybe(list_of(kObject, "Without effect"))},
    {"web_url", maybe(text("As clients call the server, unless it was started with one"))},
    {"allow_cors_origins", maybe(list_of(kText, "Beside those that it was started with"))},
    {"max_concurrent_runs", maybe(checked_by(check_runs, integer()))},
    {"env", maybe(map_of(kText, "Variables for commands"))},
    {"telemetry", maybe(anything("Without effect"))},
};
constexpr Schema kInitRequest = closed(object("InitRequest", kInitMembers));

// ---- answers
constexpr Member kInitStatusMembers[] = {
    {"state", choice("dormant|initializing|ready"), true},
    {"error", maybe(text("Why the last try failed"))},
};
constexpr Schema kInitStatus = object("InitStatus", kInitStatusMembers);
constexpr Member kInfo[] = {
    {"id", uuid(), true},
    {"workspace", kLocalWorkspace, true},
    {"persistence_dir", maybe(text())},
    {"max_iterations", integer()},
    {"stuck_detection", yes_no()},
    {"execution_status", choice(kStatuses), true},
    {"confirmation_policy", kConfirmationPolicy},
    {"security_analyzer", maybe(kSecurityAnalyzer)},
    {"activated_knowledge_skills", kTexts},
    {"invoked_skills", kTexts},
    {"blocked_actions", kTextMap},
    {"blocked_messages", kTextMap},
    {"last_user_message_id", maybe(text())},
    {"leaf_event_id", maybe(text())},
    {"stats", kObject},
    {"secret_registry", kObject},
    {"agent_state", kObject},
    {"hook_config", maybe(kObject)},
    {"title", maybe(text())},
    {"metrics", maybe(kObject)},
    {"created_at", moment()},
    {"updated_at", moment()},
    {"forked_from_conversation_id", maybe(uuid())},
    {"forked_from_event_id", maybe(text())},
    {"parent_conversation_id", maybe(uuid())},
    {"sub_conversation_ids", kTexts},
    {"tags", kTextMap},
    {"current_model_id", maybe(text())},
    {"available_models", list_of(kObject)},
    {"supports_runtime_model_switch", yes_no()},
    {"launched_agent_profile", maybe(kObject)},
    {"agent", kAgent, true},
    {"client_tools", list_of(kClientTool)},
};
constexpr Schema kConversationInfo = object("ConversationInfo", kInfo);
constexpr Schema kMaybeInfo = maybe(kConversationInfo);
constexpr Schema kConversations = list_of(kMaybeInfo, "In the order of the ids; null: there is none");
constexpr Member kInfoPage[] = {
    {"items", list_of(kConversationInfo), true},
    {"next_page_id", maybe(text("For the parameter page_id; null: this is the last page"))},
};
constexpr Schema kConversationPage = object("ConversationPage", kInfoPage);
constexpr Member kEventMembers[] = {
    {"id", text(), true},
    {"timestamp", text("Local time, ISO 8601 without a zone"), true},
    {"source", text("agent, user, environment or hook"), true},
    {"kind", text("ActionEvent, MessageEvent, …; each has members of its own"), true},
};
constexpr Schema kEvent = object("Event", kEventMembers);
constexpr Schema kMaybeEvent = maybe(kEvent);
constexpr Schema kEvents = list_of(kMaybeEvent, "In the order of the ids; null: there is none");
constexpr Member kEventsPage[] = {
    {"items", list_of(kEvent), true},
    {"next_page_id", maybe(text("For the parameter page_id; null: this is the last page"))},
};
constexpr Schema kEventPage = object("EventPage", kEventsPage);
constexpr Schema kCount = integer();
constexpr Member kResponse[] = {{"response", text("Empty: it has said nothing yet"), true}};
constexpr Schema kAgentResponseResult = object("AgentResponseResult", kResponse);
constexpr Member kSuccessMembers[] = {{"success", yes_no()}};
constexpr Schema kSuccess = object("Success", kSuccessMembers);
constexpr Member kHealth[] = {{"status", text(), true}};
constexpr Schema kHealthStatus = object("HealthStatus", kHealth);
constexpr Schema kReadiness = map_of(kText);
constexpr Member kInfoMembers[] = {
    {"uptime", number("Seconds"), true},
    {"idle_time", number("Seconds since a client's last request"), true},
    {"title", text()},
    {"version", text("The version of the contract that is spoken")},
    {"sdk_version", text()},
    {"tools_version", text()},
    {"workspace_version", text()},
    {"collet_version", text()},
    {"build_git_sha", text()},
    {"build_git_ref", text()},
    {"python_version", maybe(text())},
    {"usable_tools", kTexts},
    {"runtime_idle_timeout_seconds", maybe(number())},
    {"capabilities", kTexts},
    {"max_foreground_terminal_timeout_seconds", maybe(number())},
    {"docs", text("Where the page for people is")},
    {"redoc", text()},
};
constexpr Schema kServerInfo = object("ServerInfo", kInfoMembers);
constexpr Schema kName = text();
constexpr Schema kIndex = integer();
constexpr const Schema* kStepForms[] = {&kName, &kIndex};
constexpr Schema kStep = either(kStepForms);
constexpr Member kMistakeMembers[] = {
    {"loc", list_of(kStep), true},
    {"msg", text(), true},
    {"type", text(), true},
    {"input", anything("What was sent; secrets are hidden")},
};
constexpr Schema kValidationError = object("ValidationError", kMistakeMembers);
constexpr Schema kMistakes = list_of(kValidationError);
constexpr const Schema* kDetailForms[] = {&kMistakes, &kText};
constexpr Member kValidation[] = {{"detail", either(kDetailForms)}};
constexpr Schema kHttpValidationError = object("HTTPValidationError", kValidation);

constexpr const Schema* kNamed[] = {&kTextContent,
                                    &kImageContent,
                                    &kSendMessageRequest,
                                    &kLocalWorkspace,
                                    &kLlm,
                                    &kTool,
                                    &kAgent,
                                    &kConfirmationPolicy,
                                    &kSecurityAnalyzer,
                                    &kClientTool,
                                    &kAgentLaunchAdditions,
                                    &kAgentDefinition,
                                    &kPluginSource,
                                    &kStaticSecret,
                                    &kLookupSecret,
                                    &kStartConversationRequest,
                                    &kUpdateConversationRequest,
                                    &kUpdateSecretsRequest,
                                    &kSetConfirmationPolicyRequest,
                                    &kSetSecurityAnalyzerRequest,
                                    &kConfirmationResponseRequest,
                                    &kInitRequest,
                                    &kInitStatus,
                                    &kConversationInfo,
                                    &kConversationPage,
                                    &kEvent,
                                    &kEventPage,
                                    &kAgentResponseResult,
                                    &kSuccess,
                                    &kHealthStatus,
                                    &kServerInfo,
                                    &kValidationError,
                                    &kHttpValidationError};

std::span<const Schema* const> named_models() { return kNamed; }

}  // namespace collet::api
