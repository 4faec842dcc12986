#include "agent_profile_form.hpp"

#include <algorithm>
#include <cmath>
#include <span>
#include <string_view>
#include <vector>

#include "collet/problems.hpp"
#include "ids.hpp"

namespace collet::profiles {
namespace {

constexpr std::int64_t kSchemaVersion = 2;

enum class Type { kText, kTexts, kTools, kFlag, kPositive, kSeconds, kServer, kKind, kPart, kId, kCount };

struct Field {
  std::string_view name;
  Type type;
  std::string_view initial;  ///< JSON text; empty: it is required
  bool nullable = false;
  bool filled = false;  ///< of a text: it must not be empty
};

constexpr Field kOpenHands[] = {
    {"schema_version", Type::kPositive, "2"},
    {"id", Type::kId, "null"},
    {"name", Type::kText, "null"},
    {"revision", Type::kCount, "0"},
    {"mcp_server_refs", Type::kTexts, "null", true},
    {"agent_kind", Type::kKind, R"("openhands")"},
    {"llm_profile_ref", Type::kText, "", false, true},
    {"agent", Type::kText, R"("CodeActAgent")"},
    {"tools", Type::kTools, "null", true},
    {"system_message_suffix", Type::kText, "null", true},
    {"disabled_skills", Type::kTexts, "[]"},
    {"condenser", Type::kPart, "{}"},
    {"verification", Type::kPart, "{}"},
    {"enable_sub_agents", Type::kFlag, "false"},
    {"enable_switch_llm_tool", Type::kFlag, "true"},
    {"tool_concurrency_limit", Type::kPositive, "1"},
};

constexpr Field kAcp[] = {
    {"schema_version", Type::kPositive, "2"},
    {"id", Type::kId, "null"},
    {"name", Type::kText, "null"},
    {"revision", Type::kCount, "0"},
    {"mcp_server_refs", Type::kTexts, "null", true},
    {"agent_kind", Type::kKind, R"("acp")"},
    {"acp_server", Type::kServer, R"("claude-code")"},
    {"acp_model", Type::kText, "null", true},
    {"acp_session_mode", Type::kText, "null", true},
    {"acp_prompt_timeout", Type::kSeconds, "1800.0"},
    {"acp_startup_timeout", Type::kSeconds, "90.0"},
    {"acp_command", Type::kText, "null", true},
    {"acp_args", Type::kTexts, "null", true},
};

constexpr std::string_view kServers[] = {"claude-code", "codex", "gemini-cli", "custom"};

struct Problem {
  std::string_view type, message;
};

Problem none() { return {}; }

bool are_texts(const json::Value& list) {
  return std::all_of(list.Begin(), list.End(), [](const json::Value& item) { return item.IsString(); });
}

bool are_tools(const json::Value& list) {
  return std::all_of(list.Begin(), list.End(), [](const json::Value& tool) {
    const auto* params = json::find(tool, "params");
    return json::string_at(tool, "name") && (params == nullptr || params->IsObject());
  });
}

Problem of_text(const Field& field, const json::Value& in) {
  if (!in.IsString()) return {"string_type", "Input should be a valid string"};
  if (field.filled && in.GetStringLength() == 0)
    return {"string_too_short", "String should have at least 1 character"};
  return none();
}

Problem of_whole(const json::Value& in, std::int64_t least) {
  if (!in.IsInt64()) return {"int_type", "Input should be a valid integer"};
  if (in.GetInt64() >= least) return none();
  return {"greater_than_equal", least == 0 ? "Input should be greater than or equal to 0"
                                           : "Input should be greater than or equal to 1"};
}

Problem of_seconds(const json::Value& in) {
  if (!in.IsNumber()) return {"float_type", "Input should be a valid number"};
  if (std::isfinite(in.GetDouble()) && in.GetDouble() > 0) return none();
  return {"greater_than", "Input should be greater than 0"};
}

Problem problem_of(const Field& field, const json::Value& in) {
  if (in.IsNull() && field.nullable) return none();
  switch (field.type) {
    case Type::kText:
      return of_text(field, in);
    case Type::kTexts:
      if (in.IsArray() && are_texts(in)) return none();
      return {"list_type", "Input should be a valid list of strings"};
    case Type::kTools:
      if (in.IsArray() && are_tools(in)) return none();
      return {"list_type", "Input should be a valid list of tools, each with a name and an object of params"};
    case Type::kFlag:
      if (in.IsBool()) return none();
      return {"bool_type", "Input should be a valid boolean"};
    case Type::kPositive:
      return of_whole(in, 1);
    case Type::kCount:
      return of_whole(in, 0);
    case Type::kSeconds:
      return of_seconds(in);
    case Type::kServer:
      if (in.IsString() &&
          std::find(std::begin(kServers), std::end(kServers), json::view(in)) != std::end(kServers))
        return none();
      return {"literal_error", "Input should be 'claude-code', 'codex', 'gemini-cli' or 'custom'"};
    case Type::kPart:
      if (in.IsObject()) return none();
      return {"dict_type", "Input should be a valid dictionary"};
    case Type::kId:
      if (in.IsString() && parse_uuid(json::view(in))) return none();
      return {"uuid_parsing", "Input should be a valid UUID"};
    case Type::kKind:
      break;
  }
  return none();
}

std::string kind_of(const json::Value& body) {
  const auto* kind = json::find(body, "agent_kind");
  if (kind == nullptr) return "openhands";
  std::string shown = kind->IsString() ? std::string(json::view(*kind)) : json::dump(*kind);
  if (shown == "openhands" || shown == "acp") return shown;
  Problems problems;
  problems.add("union_tag_invalid", {},
               "Input tag '" + shown +
                   "' found using _agent_profile_discriminator() does not match any of the expected tags: "
                   "'openhands', 'acp'",
               "");
  problems.check();
  return {};
}

// A profile of an older or newer form of the contract.
void check_version(const json::Value& body) {
  const auto* version = json::find(body, "schema_version");
  if (version == nullptr ||
      (version->IsInt64() && version->GetInt64() >= 0 && version->GetInt64() <= kSchemaVersion))
    return;
  throw Refusal(422, "Invalid agent profile: schema_version must be a whole number up to 2");
}

// One that the settings have too: completed as they are.
json::Value complete_part(Host& host, const Field& field, const json::Value& in, const std::string& kind,
                          Problems& problems, json::Allocator& allocator) {
  try {
    const auto whole = json::parse(host.settings().complete(field.name, json::dump(in)));
    json::Value copy = json::copy(*whole, allocator);
    json::remove(copy, "critic_api_key");  // a profile has no secrets
    return copy;
  } catch (const HostError& error) {
    if (error.status() != COLLET_INVALID) throw;
    const auto list = json::parse(error.what());
    for (auto one = list ? list->Begin() : nullptr; list && one != list->End(); ++one) {
      Problems::Place place = {kind, std::string(field.name)};
      for (const auto& step : json::find(*one, "loc")->GetArray()) place.emplace_back(json::view(step));
      problems.add(json::string_or(*one, "type"), place, json::string_or(*one, "msg"), "");
    }
    return {};
  }
}

// The words as one line that a shell, and resolve(), takes apart again.
std::string command_line(const json::Value& words) {
  std::string line;
  for (const auto& word : words.GetArray()) {
    if (!word.IsString()) continue;
    std::string quoted = "'";
    for (const char c : json::view(word)) quoted += c == '\'' ? std::string("'\"'\"'") : std::string(1, c);
    line += (line.empty() ? "" : " ") + quoted + "'";
  }
  return line;
}

void refuse_others(const json::Value& body, std::span<const Field> fields, const std::string& kind,
                   Problems& problems) {
  for (const auto& member : body.GetObject()) {
    const auto name = json::view(member.name);
    const bool known =
        std::any_of(fields.begin(), fields.end(), [&](const Field& field) { return field.name == name; });
    // Profiles of the contract's first form could have skills.
    if (!known &&
        !(name == "skills" && json::int_at(body, "schema_version").value_or(kSchemaVersion) < kSchemaVersion))
      problems.add("extra_forbidden", {kind, std::string(name)}, "Extra inputs are not permitted", "");
  }
}

}  // namespace

json::Document read_agent_profile(Host& host, const json::Value& body, const std::string& name) {
  check_version(body);
  const std::string kind = kind_of(body);
  const std::span<const Field> fields =
      kind == "acp" ? std::span<const Field>(kAcp) : std::span<const Field>(kOpenHands);
  json::Document profile(rapidjson::kObjectType);
  auto& allocator = profile.GetAllocator();
  Problems problems;
  for (const Field& field : fields) {
    const json::Value* in = json::find(body, field.name);
    const std::string key(field.name);
    if (field.name == "schema_version" || field.name == "name") in = nullptr;
    if (in == nullptr && field.initial.empty()) {
      problems.add("missing", {kind, key}, "Field required", "");
      continue;
    }
    const auto initial = field.initial.empty() ? json::parse("null") : json::parse(field.initial);
    const json::Value& value = in != nullptr ? *in : *initial;
    if (const auto problem = in == nullptr ? none() : problem_of(field, value); !problem.type.empty()) {
      problems.add(problem.type, {kind, key}, problem.message, "");
    } else if (field.type == Type::kPart) {
      json::set(profile, key, complete_part(host, field, value, kind, problems, allocator), allocator);
    } else {
      json::set(profile, key, json::copy(value, allocator), allocator);
    }
  }
  refuse_others(body, fields, kind, problems);
  problems.check();
  json::set(profile, "name", name, allocator);
  return profile;
}

json::Document agent_profile_of(Host& host, const json::Value& settings, const std::string& name,
                                const std::string& llm_profile) {
  const json::Value& agent = *json::find(settings, "agent_settings");
  json::Document body(rapidjson::kObjectType);
  auto& allocator = body.GetAllocator();
  const std::string kind = json::string_or(agent, "agent_kind", "openhands");
  json::set(body, "agent_kind", kind, allocator);
  const auto take = [&](std::initializer_list<std::string_view> members) {
    for (const auto member : members)
      if (const auto* value = json::find(agent, member); value != nullptr)
        json::set(body, member, json::copy(*value, allocator), allocator);
  };
  if (kind == "acp") {
    take({"acp_server", "acp_model", "acp_session_mode", "acp_prompt_timeout", "acp_startup_timeout"});
    if (const auto* arguments = json::find(agent, "acp_args"); arguments != nullptr && !arguments->Empty())
      take({"acp_args"});
    if (const auto* command = json::find(agent, "acp_command"); command != nullptr && command->IsArray())
      if (const auto text = command_line(*command); !text.empty())
        json::set(body, "acp_command", text, allocator);
  } else {
    json::set(body, "llm_profile_ref", llm_profile, allocator);
    take({"agent", "tools", "condenser", "verification", "enable_sub_agents", "enable_switch_llm_tool",
          "tool_concurrency_limit"});
    if (const auto* suffix = json::at(agent, {"agent_context", "system_message_suffix"}); suffix != nullptr)
      json::set(body, "system_message_suffix", json::copy(*suffix, allocator), allocator);
  }
  return read_agent_profile(host, body, name);
}

}  // namespace collet::profiles
