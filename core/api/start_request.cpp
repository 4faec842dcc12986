#include "api/start_request.hpp"

#include <algorithm>
#include <cctype>
#include <filesystem>

#include "api/message_body.hpp"
#include "api/secret_sources.hpp"
#include "base/id.hpp"
#include "conversation/agent_document.hpp"
#include "conversation/state.hpp"

namespace collet::api {
namespace {

constexpr std::size_t kMostTagCharacters = 256;

bool given(const json::Value& body, std::string_view key) {
  const json::Value* value = json::find(body, key);
  return value != nullptr && !value->IsNull();
}

std::string kind_of(const json::Value& value) { return json::string_or(value, "kind"); }

void value_error(Validation& validation, const Places& where, const std::string& message,
                 const json::Value* input) {
  validation.add("value_error", where, "Value error, " + message, input);
}

bool is_one_of(std::string_view name, std::initializer_list<std::string_view> known) {
  return std::find(known.begin(), known.end(), name) != known.end();
}

Places below(Places where, std::string_view name) {
  where.emplace_back(name);
  return where;
}

void check_llm(const json::Value& llm, const Places& where, Validation& validation) {
  if (!llm.IsObject()) {
    validation.add("model_type", where, "Input should be a valid dictionary or instance of LLM", &llm);
    return;
  }
  const json::Value* model = json::find(llm, "model");
  if (model == nullptr || model->IsNull() || (model->IsString() && model->GetStringLength() == 0)) {
    value_error(validation, where, "model must be specified in LLM", &llm);
    return;
  }
  if (const auto config = llm::Config::from_json(llm); !config)
    value_error(validation, where, config.error().message, &llm);
  else if (const auto checked = llm::Config::check_addresses(llm); !checked)
    value_error(validation, where, checked.error().message, &llm);
}

void check_llm_of(const json::Value& object, const Places& where, Validation& validation) {
  if (const json::Value* llm = json::find(object, "llm"); llm != nullptr)
    check_llm(*llm, below(where, "llm"), validation);
  else
    validation.missing(below(where, "llm"), &object);
}

void check_tools(const json::Value& agent, const Places& where, Validation& validation) {
  const json::Value* tools = json::find(agent, "tools");
  if (tools == nullptr || tools->IsNull()) return;
  if (!tools->IsArray()) {
    validation.add("list_type", where, "Input should be a valid list", tools);
    return;
  }
  int index = 0;
  for (const auto& tool : tools->GetArray()) {
    Places place = where;
    place.emplace_back(index++);
    if (!json::string_at(tool, "name")) {
      place.emplace_back(std::string_view("name"));
      validation.missing(place, &tool);
    }
  }
}

json::Document read_any_agent(const json::Value& body, Validation& validation) {
  if (given(body, "agent")) return conversation::complete_agent(*json::find(body, "agent"));
  if (given(body, "agent_settings"))
    return conversation::agent_from_settings(*json::find(body, "agent_settings"));
  if (given(body, "agent_profile_id"))
    value_error(validation, {"body", "agent_profile_id"}, "agent profiles are not served here",
                json::find(body, "agent_profile_id"));
  else
    value_error(validation, {"body"},
                "One of `agent`, `agent_settings`, or `agent_profile_id` must be provided", &body);
  return {};
}

// What the deployment adds to what the agent is told.
void append_suffix(json::Document& agent, const json::Value& body) {
  const json::Value* more = json::at(body, {"agent_launch_additions", "system_message_suffix_append"});
  if (!agent.IsObject() || more == nullptr || !more->IsString() || more->GetStringLength() == 0) return;
  json::Value& context = *json::find(agent, "agent_context");
  if (!context.IsObject()) context.SetObject();
  const std::string before = json::string_or(context, "system_message_suffix");
  json::set(context, "system_message_suffix",
            before + (before.empty() ? "" : "\n\n") + std::string(json::view(*more)), agent.GetAllocator());
  agent = conversation::complete_agent(agent);
}

std::string read_workspace(const json::Value& body) {
  const auto folder = json::string_or(*json::find(body, "workspace"), "working_dir");
  std::error_code ignored;
  return std::filesystem::absolute(std::filesystem::path(folder), ignored).lexically_normal().string();
}

std::optional<std::string> read_uuid(const json::Value& body, std::string_view key) {
  const auto text = json::string_at(body, key);
  return text ? parse_uuid(*text) : std::nullopt;
}

// Those that are kept as they are given.
void read_json_members(const json::Value& body, conversation::StartRequest& request) {
  const struct {
    std::string_view name;
    std::string& target;
  } members[] = {{"tags", request.tags},
                 {"confirmation_policy", request.confirmation_policy},
                 {"security_analyzer", request.security_analyzer},
                 {"hook_config", request.hook_config},
                 {"client_tools", request.client_tools}};
  for (const auto& [name, target] : members)
    if (given(body, name)) target = json::dump(*json::find(body, name));
}

// Secrets that the agent brings along; the rest of its context is taken as it is.
void check_context(const json::Value& agent, const Places& where, Validation& validation) {
  const json::Value* secrets = json::at(agent, {"agent_context", "secrets"});
  if (secrets == nullptr || secrets->IsNull()) return;
  const Places there = below(where, "secrets");
  if (!secrets->IsObject())
    return validation.add("dict_type", there, "Input should be a valid dictionary", secrets);
  for (const auto& secret : secrets->GetObject())
    check_secret_source(secret.value, below(there, json::view(secret.name)), validation);
}

// What the agent brings along, and what the request has for the conversation itself, which counts.
std::string read_secrets(const json::Value& body, const json::Value& agent) {
  std::string sources = "{}";
  const json::Value* own = json::at(agent, {"agent_context", "secrets"});
  if (own != nullptr && own->IsObject()) sources = conversation::merge_sources(sources, secret_sources(*own));
  if (given(body, "secrets"))
    sources = conversation::merge_sources(sources, secret_sources(*json::find(body, "secrets")));
  return sources;
}

}  // namespace

void check_agent(const json::Value& agent, const Places& where, Validation& validation) {
  const std::string kind = json::string_or(agent, "kind", "Agent");
  if (!agent.IsObject())
    validation.add("model_type", where, "Input should be a valid dictionary", &agent);
  else if (kind == "ACPAgent")
    value_error(validation, where, "agents of the kind 'ACPAgent' are not served here", &agent);
  else if (kind != "Agent")
    value_error(validation, where, "Unknown kind '" + kind + "' of agent; expected one of: ['Agent']",
                &agent);
  else
    check_llm_of(agent, where, validation);
  check_context(agent, below(where, "agent_context"), validation);
  check_tools(agent, below(where, "tools"), validation);
}

void check_agent_settings(const json::Value& settings, const Places& where, Validation& validation) {
  check_llm_of(settings, where, validation);
  check_context(settings, below(where, "agent_context"), validation);
}

void check_workspace(const json::Value& workspace, const Places& where, Validation& validation) {
  const std::string kind = json::string_or(workspace, "kind", "LocalWorkspace");
  const auto folder = json::string_at(workspace, "working_dir");
  if (!workspace.IsObject())
    validation.add("model_type", where, "Input should be a valid dictionary", &workspace);
  else if (kind != "LocalWorkspace")
    validation.add("assertion_error", where,
                   "Assertion failed, only workspaces of the kind 'LocalWorkspace' can be used on a server",
                   &workspace);
  else if (!folder || folder->empty())
    validation.missing(below(where, "working_dir"), &workspace);
  else if (folder->find('\0') != std::string_view::npos)
    value_error(validation, below(where, "working_dir"), "not a path", &workspace);
}

void check_confirmation_policy(const json::Value& policy, const Places& where, Validation& validation) {
  const std::string kind = kind_of(policy);
  if (!is_one_of(kind, {"AlwaysConfirm", "ConfirmRisky", "NeverConfirm"}))
    value_error(
        validation, where,
        "Unknown kind '" + kind +
            "' of confirmation policy; expected one of: ['AlwaysConfirm', 'ConfirmRisky', 'NeverConfirm']",
        &policy);
}

void check_security_analyzer(const json::Value& analyzer, const Places& where, Validation& validation) {
  const std::string kind = kind_of(analyzer);
  if (!is_one_of(kind, {"LLMSecurityAnalyzer"}))
    value_error(validation, where,
                "Unknown kind '" + kind + "' of security analyzer; expected one of: ['LLMSecurityAnalyzer']",
                &analyzer);
}

void check_tags(const json::Value& tags, const Places& where, Validation& validation) {
  if (!tags.IsObject()) {
    validation.add("dict_type", where, "Input should be a valid dictionary", &tags);
    return;
  }
  for (const auto& tag : tags.GetObject()) {
    const auto key = json::view(tag.name);
    const bool plain = !key.empty() && std::all_of(key.begin(), key.end(), [](unsigned char c) {
      return std::isdigit(c) != 0 || std::islower(c) != 0;
    });
    if (!plain)
      value_error(validation, where,
                  "Tag key '" + std::string(key) + "' is invalid: keys must be lowercase alphanumeric only",
                  &tags);
    else if (!tag.value.IsString())
      validation.add("string_type", where, "Input should be a valid string", &tag.value);
    else if (tag.value.GetStringLength() > kMostTagCharacters)
      value_error(validation, where, "Tag '" + std::string(key) + "' is longer than 256 characters", &tags);
  }
}

conversation::StartRequest read_start_request(const json::Value& body, Validation& validation) {
  conversation::StartRequest request;
  request.working_dir = read_workspace(body);
  request.agent = read_any_agent(body, validation);
  append_suffix(request.agent, body);
  request.id = read_uuid(body, "conversation_id");
  request.parent_id = read_uuid(body, "parent_conversation_id");
  request.max_iterations =
      static_cast<int>(json::int_at(body, "max_iterations").value_or(request.max_iterations));
  request.stuck_detection = json::bool_at(body, "stuck_detection").value_or(request.stuck_detection);
  request.autotitle = json::bool_at(body, "autotitle").value_or(request.autotitle);
  request.secret_sources = read_secrets(body, request.agent);
  if (given(body, "initial_message")) {
    const MessageBody message = read_message(*json::find(body, "initial_message"));
    request.initial_content = message.content;
    request.initial_sender = message.sender;
  }
  read_json_members(body, request);
  return request;
}

}  // namespace collet::api
