#include "flat_settings.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "collet/problems.hpp"

namespace collet::nested {
namespace {

enum class Type { kText, kSecret, kFlag, kWhole, kNumber, kObject };

struct Field {
  std::string_view name;
  Type type;
  std::string_view initial = "null";
  std::int64_t least = 0;  ///< of a whole number
};

constexpr Field kFields[] = {
    {"language", Type::kText},
    {"agent", Type::kText},
    {"max_iterations", Type::kWhole, "null", 1},
    {"security_analyzer", Type::kText},
    {"confirmation_mode", Type::kFlag},
    {"llm_model", Type::kText},
    {"llm_api_key", Type::kSecret},
    {"llm_base_url", Type::kText},
    {"remote_runtime_resource_factor", Type::kWhole},
    {"enable_default_condenser", Type::kFlag, "true"},
    {"enable_sound_notifications", Type::kFlag, "false"},
    {"enable_proactive_conversation_starters", Type::kFlag, "true"},
    {"enable_solvability_analysis", Type::kFlag, "true"},
    {"user_consents_to_analytics", Type::kFlag},
    {"sandbox_base_container_image", Type::kText},
    {"sandbox_runtime_container_image", Type::kText},
    {"mcp_config", Type::kObject},
    {"search_api_key", Type::kSecret},
    {"sandbox_api_key", Type::kSecret},
    {"max_budget_per_task", Type::kNumber},
    {"condenser_max_size", Type::kWhole, "null", 20},
    {"email", Type::kText},
    {"git_user_name", Type::kText},
    {"git_user_email", Type::kText},
    {"email_verified", Type::kFlag},
};

// Where a null keeps what is stored.
constexpr std::array<std::string_view, 5> kKept = {"llm_model", "llm_api_key", "llm_base_url",
                                                   "search_api_key", "user_consents_to_analytics"};

struct Wrong {
  std::string_view type;
  std::string message;
};

Wrong wrong_with(const Field& field, const json::Value& in) {
  switch (field.type) {
    case Type::kText:
    case Type::kSecret:
      return in.IsString() ? Wrong{} : Wrong{"string_type", "Input should be a valid string"};
    case Type::kFlag:
      return in.IsBool() ? Wrong{} : Wrong{"bool_type", "Input should be a valid boolean"};
    case Type::kWhole:
      if (!in.IsInt64()) return {"int_type", "Input should be a valid integer"};
      if (in.GetInt64() >= field.least) return {};
      return {"greater_than_equal",
              "Input should be greater than or equal to " + std::to_string(field.least)};
    case Type::kNumber:
      return in.IsNumber() ? Wrong{} : Wrong{"float_type", "Input should be a valid number"};
    case Type::kObject:
      return in.IsObject() ? Wrong{} : Wrong{"dict_type", "Input should be a valid dictionary"};
  }
  return {};
}

const json::Value* given(const json::Value& object, std::string_view name) {
  const auto* value = json::find(object, name);
  return value != nullptr && !value->IsNull() ? value : nullptr;
}

// One server of one of the three lists; the name is the server's own where it has one.
void add_server(json::Value& servers, const json::Value& server, std::string_view transport,
                std::size_t number, const std::string& where, json::Allocator& allocator) {
  Problems problems;
  const bool local = transport == "stdio";
  // The older form allows a bare URL.
  const auto url = server.IsString() ? std::optional(json::view(server)) : json::string_at(server, "url");
  if (local ? !json::string_at(server, "command") : !url)
    problems.missing({"body", where, std::string(transport) + "_servers", std::to_string(number),
                      local ? "command" : "url"},
                     "\"<redacted>\"");
  problems.check();
  json::Value one(rapidjson::kObjectType);
  json::set(one, "transport", transport == "shttp" ? std::string_view("http") : transport, allocator);
  if (local) {
    for (const auto name : {"command", "args", "env"})
      if (const auto* value = given(server, name); value != nullptr)
        json::set(one, name, json::copy(*value, allocator), allocator);
  } else {
    json::set(one, "url", *url, allocator);
    if (const auto key = json::string_at(server, "api_key"); key && !key->empty()) {
      json::Value headers(rapidjson::kObjectType);
      json::set(headers, "Authorization", "Bearer " + std::string(*key), allocator);
      json::set(one, "headers", std::move(headers), allocator);
    }
    if (const auto* timeout = given(server, "timeout"); timeout != nullptr && timeout->IsNumber())
      json::set(one, "timeout", json::copy(*timeout, allocator), allocator);
  }
  const auto name = local ? json::string_or(server, "name") : std::string();
  json::set(servers, name.empty() ? std::string(transport) + "_" + std::to_string(number) : name,
            std::move(one), allocator);
}

}  // namespace

json::Document read_settings(const json::Value& body) {
  json::Document settings(rapidjson::kObjectType);
  auto& allocator = settings.GetAllocator();
  Problems problems;
  for (const Field& field : kFields) {
    const auto* in = given(body, field.name);
    const auto initial = json::parse(field.initial);
    if (in != nullptr)
      if (const auto wrong = wrong_with(field, *in); !wrong.type.empty())
        problems.add(
            wrong.type, {"body", std::string(field.name)}, wrong.message,
            field.type == Type::kSecret || field.type == Type::kObject ? "\"<redacted>\"" : json::dump(*in));
    json::set(settings, field.name, json::copy(in != nullptr ? *in : *initial, allocator), allocator);
  }
  problems.check();
  if (const auto* servers = given(settings, "mcp_config"); servers != nullptr)
    read_mcp_servers(*servers, "mcp_config", allocator);
  return settings;
}

json::Document merged_settings(const json::Value& given_settings, const json::Value* stored) {
  json::Document merged;
  auto& allocator = merged.GetAllocator();
  merged.CopyFrom(given_settings, allocator);
  if (stored == nullptr) return merged;
  for (const auto name : kKept)
    if (const auto* before = given(*stored, name); before != nullptr && given(merged, name) == nullptr)
      json::set(merged, name, json::copy(*before, allocator), allocator);
  return merged;
}

std::string settings_change(const json::Value& settings) {
  json::Document change(rapidjson::kObjectType);
  auto& allocator = change.GetAllocator();
  json::Value agent(rapidjson::kObjectType), llm(rapidjson::kObjectType), condenser(rapidjson::kObjectType),
      conversation(rapidjson::kObjectType);
  const auto take = [&](json::Value& into, std::string_view as, std::string_view name) {
    if (const auto* value = given(settings, name); value != nullptr)
      json::set(into, as, json::copy(*value, allocator), allocator);
  };
  take(llm, "model", "llm_model");
  take(llm, "api_key", "llm_api_key");
  take(llm, "base_url", "llm_base_url");
  take(agent, "agent", "agent");
  take(condenser, "enabled", "enable_default_condenser");
  take(condenser, "max_size", "condenser_max_size");
  take(conversation, "max_iterations", "max_iterations");
  json::set(conversation, "confirmation_mode",
            json::Value(json::bool_at(settings, "confirmation_mode").value_or(false)), allocator);
  const auto analyzer = json::string_or(settings, "security_analyzer");
  json::set(conversation, "security_analyzer",
            analyzer == "llm" ? json::text(analyzer, allocator) : json::Value(), allocator);
  json::set(agent, "llm", std::move(llm), allocator);
  json::set(agent, "condenser", std::move(condenser), allocator);
  json::set(change, "agent_settings_diff", std::move(agent), allocator);
  json::set(change, "conversation_settings_diff", std::move(conversation), allocator);
  return json::dump(change);
}

json::Value read_mcp_servers(const json::Value& config, const std::string& where,
                             json::Allocator& allocator) {
  json::Value servers(rapidjson::kObjectType);
  for (const std::string transport : {"sse", "stdio", "shttp"}) {
    const auto* list = given(config, transport + "_servers");
    if (list == nullptr) continue;
    Problems problems;
    if (!list->IsArray())
      problems.add("list_type", {"body", where, transport + "_servers"}, "Input should be a valid list",
                   "\"<redacted>\"");
    problems.check();
    std::size_t number = 0;
    for (const auto& server : list->GetArray())
      add_server(servers, server, transport, number++, where, allocator);
  }
  return servers;
}

}  // namespace collet::nested
