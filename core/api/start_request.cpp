#include "api/start_request.hpp"

#include <algorithm>
#include <cctype>
#include <filesystem>

#include "api/message_body.hpp"
#include "base/id.hpp"
#include "conversation/agent_document.hpp"

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

json::Document read_agent(const json::Value& agent, Validation& validation) {
  const std::string kind = json::string_or(agent, "kind", "Agent");
  if (!agent.IsObject())
    validation.add("model_type", {"body", "agent"}, "Input should be a valid dictionary", &agent);
  else if (kind == "ACPAgent")
    value_error(validation, {"body", "agent"}, "agents of the kind 'ACPAgent' are not served here", &agent);
  else if (kind != "Agent")
    value_error(validation, {"body", "agent"},
                "Unknown kind '" + kind + "' of agent; expected one of: ['Agent']", &agent);
  else if (const json::Value* llm = json::find(agent, "llm"); llm == nullptr)
    validation.missing({"body", "agent", "llm"}, &agent);
  else
    check_llm(*llm, {"body", "agent", "llm"}, validation);
  check_tools(agent, {"body", "agent", "tools"}, validation);
  return validation.ok() ? conversation::complete_agent(agent) : json::Document();
}

json::Document read_any_agent(const json::Value& body, Validation& validation) {
  if (given(body, "agent")) return read_agent(*json::find(body, "agent"), validation);
  if (given(body, "agent_settings")) {
    const json::Value& settings = *json::find(body, "agent_settings");
    const json::Value* llm = json::find(settings, "llm");
    if (llm == nullptr)
      validation.missing({"body", "agent_settings", "llm"}, &settings);
    else
      check_llm(*llm, {"body", "agent_settings", "llm"}, validation);
    return validation.ok() ? conversation::agent_from_settings(settings) : json::Document();
  }
  if (given(body, "agent_profile_id"))
    value_error(validation, {"body", "agent_profile_id"}, "agent profiles are not served here",
                json::find(body, "agent_profile_id"));
  else
    value_error(validation, {"body"},
                "One of `agent`, `agent_settings`, or `agent_profile_id` must be provided", &body);
  return {};
}

std::string read_workspace(const json::Value& body, Validation& validation) {
  const json::Value* workspace = json::find(body, "workspace");
  if (workspace == nullptr) {
    validation.missing({"body", "workspace"}, &body);
    return {};
  }
  const std::string kind = json::string_or(*workspace, "kind", "LocalWorkspace");
  const auto folder = json::string_at(*workspace, "working_dir");
  if (!workspace->IsObject())
    validation.add("model_type", {"body", "workspace"}, "Input should be a valid dictionary", workspace);
  else if (kind != "LocalWorkspace")
    validation.add("assertion_error", {"body", "workspace"},
                   "Assertion failed, only workspaces of the kind 'LocalWorkspace' can be used on a server",
                   workspace);
  else if (!folder || folder->empty())
    validation.missing({"body", "workspace", "working_dir"}, workspace);
  else if (folder->find('\0') != std::string_view::npos)
    value_error(validation, {"body", "workspace", "working_dir"}, "not a path", workspace);
  if (!validation.ok()) return {};
  std::error_code ignored;
  return std::filesystem::absolute(std::filesystem::path(*folder), ignored).lexically_normal().string();
}

std::optional<std::string> read_uuid(const json::Value& body, std::string_view key, Validation& validation) {
  if (!given(body, key)) return std::nullopt;
  const json::Value& value = *json::find(body, key);
  const auto id = value.IsString() ? parse_uuid(json::view(value)) : std::nullopt;
  if (!id) validation.add("uuid_parsing", {"body", key}, "Input should be a valid UUID", &value);
  return id;
}

void read_flag(const json::Value& body, std::string_view name, bool& flag, Validation& validation) {
  if (!given(body, name)) return;
  const json::Value& value = *json::find(body, name);
  if (value.IsBool())
    flag = value.GetBool();
  else
    validation.add("bool_type", {"body", name}, "Input should be a valid boolean", &value);
}

void read_limits(const json::Value& body, conversation::StartRequest& request, Validation& validation) {
  if (given(body, "max_iterations")) {
    const json::Value& value = *json::find(body, "max_iterations");
    if (!value.IsInt())
      validation.add("int_type", {"body", "max_iterations"}, "Input should be a valid integer", &value);
    else if (value.GetInt() < 1)
      validation.add("greater_than_equal", {"body", "max_iterations"},
                     "Input should be greater than or equal to 1", &value);
    else
      request.max_iterations = value.GetInt();
  }
  read_flag(body, "stuck_detection", request.stuck_detection, validation);
  read_flag(body, "autotitle", request.autotitle, validation);
}

// {"NAME": "value" | {"kind": "StaticSecret" | "LookupSecret", …}} -> the form with kinds.
void read_secrets(const json::Value& body, conversation::StartRequest& request, Validation& validation) {
  if (!given(body, "secrets")) return;
  const json::Value& secrets = *json::find(body, "secrets");
  if (!secrets.IsObject()) {
    validation.add("dict_type", {"body", "secrets"}, "Input should be a valid dictionary", &secrets);
    return;
  }
  json::Writer w;
  w.object();
  for (const auto& member : secrets.GetObject()) {
    const auto name = json::view(member.name);
    const std::string kind = json::string_or(member.value, "kind", "StaticSecret");
    const bool is_static = member.value.IsString() || (member.value.IsObject() && kind == "StaticSecret");
    if (!is_static && (!member.value.IsObject() || kind != "LookupSecret")) {
      value_error(validation, {"body", "secrets", name},
                  "expected a text, or an object of the kind 'StaticSecret' or 'LookupSecret'",
                  &member.value);
      continue;
    }
    w.key(name).object().member("description", json::string_at(member.value, "description"));
    if (is_static) {
      const auto value =
          member.value.IsString() ? json::view(member.value) : json::string_at(member.value, "value");
      w.member("value", value);
    } else {
      w.member("url", json::string_at(member.value, "url"));
      const json::Value* headers = json::find(member.value, "headers");
      if (headers != nullptr && headers->IsObject()) w.member("headers", *headers);
    }
    w.member("kind", kind).end();
  }
  w.end();
  request.secret_sources = w.take();
}

void read_first_message(const json::Value& body, conversation::StartRequest& request,
                        Validation& validation) {
  if (!given(body, "initial_message")) return;
  const MessageBody message =
      read_message(*json::find(body, "initial_message"), {"body", "initial_message"}, validation);
  request.initial_content = message.content;
  request.initial_sender = message.sender;
}

}  // namespace

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
  if (analyzer.IsNull()) return;
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
  request.working_dir = read_workspace(body, validation);
  if (!validation.ok()) return request;
  request.agent = read_any_agent(body, validation);
  request.id = read_uuid(body, "conversation_id", validation);
  request.parent_id = read_uuid(body, "parent_conversation_id", validation);
  read_limits(body, request, validation);
  read_secrets(body, request, validation);
  read_first_message(body, request, validation);
  if (given(body, "tags")) {
    check_tags(*json::find(body, "tags"), {"body", "tags"}, validation);
    request.tags = json::dump(*json::find(body, "tags"));
  }
  if (given(body, "confirmation_policy")) {
    check_confirmation_policy(*json::find(body, "confirmation_policy"), {"body", "confirmation_policy"},
                              validation);
    request.confirmation_policy = json::dump(*json::find(body, "confirmation_policy"));
  }
  if (given(body, "security_analyzer")) {
    check_security_analyzer(*json::find(body, "security_analyzer"), {"body", "security_analyzer"},
                            validation);
    request.security_analyzer = json::dump(*json::find(body, "security_analyzer"));
  }
  if (given(body, "hook_config")) request.hook_config = json::dump(*json::find(body, "hook_config"));
  if (given(body, "client_tools")) request.client_tools = json::dump(*json::find(body, "client_tools"));
  return request;
}

}  // namespace collet::api
