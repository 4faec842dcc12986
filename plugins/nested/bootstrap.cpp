#include "bootstrap.hpp"

#include <sys/random.h>

#include <algorithm>
#include <array>
#include <optional>
#include <stdexcept>
#include <string_view>

#include "collet/problems.hpp"
#include "flat_settings.hpp"
#include "git_providers.hpp"

namespace collet::nested {
namespace {

constexpr const char* kKey = "bootstrap";
constexpr std::string_view kSettings = "settings", kProviders = "providers";
constexpr const char* kNoSettings = "There are no settings yet: send POST /api/settings first.";

constexpr std::array<std::string_view, 12> kMembers = {"initial_user_msg",
                                                       "image_urls",
                                                       "replay_json",
                                                       "conversation_id",
                                                       "mcp_config",
                                                       "repository",
                                                       "selected_branch",
                                                       "git_provider",
                                                       "suggested_task",
                                                       "create_microagent",
                                                       "conversation_instructions",
                                                       "title"};
// What would have to do something that this server can't.
constexpr std::array<std::string_view, 3> kUnserved = {"replay_json", "suggested_task", "create_microagent"};

const json::Value* given(const json::Value& object, std::string_view name) {
  const auto* value = json::find(object, name);
  return value != nullptr && !value->IsNull() ? value : nullptr;
}

std::string new_id() {
  std::array<unsigned char, 16> bytes{};
  if (::getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size()))
    throw std::runtime_error("the system gives no random numbers");
  std::string hex;
  for (const unsigned char byte : bytes) {
    hex += "0123456789abcdef"[byte >> 4];
    hex += "0123456789abcdef"[byte & 15];
  }
  hex[12] = '4';  // a UUID, version 4
  hex[16] = "89ab"[bytes[8] & 3];
  return hex;
}

// The members that the older form has, and no others.
void check_members(const json::Value& body) {
  Problems problems;
  for (const auto& member : body.GetObject()) {
    const std::string name(json::view(member.name));
    if (std::find(kMembers.begin(), kMembers.end(), name) == kMembers.end())
      problems.add("extra_forbidden", {"body", name}, "Extra inputs are not permitted", "\"<redacted>\"");
    else if (std::find(kUnserved.begin(), kUnserved.end(), name) != kUnserved.end() && !member.value.IsNull())
      problems.add("value_error", {"body", name}, "Value error, this is not served here: leave it out",
                   "\"<redacted>\"");
  }
  for (const std::string name : {"initial_user_msg", "conversation_id", "repository", "selected_branch",
                                 "git_provider", "conversation_instructions"})
    if (const auto* value = given(body, name); value != nullptr && !value->IsString())
      problems.add("string_type", {"body", name}, "Input should be a valid string", "\"<redacted>\"");
  if (const auto* images = given(body, "image_urls"); images != nullptr && !images->IsArray())
    problems.add("list_type", {"body", "image_urls"}, "Input should be a valid list", "\"<redacted>\"");
  if (const auto* servers = given(body, "mcp_config"); servers != nullptr && !servers->IsObject())
    problems.add("dict_type", {"body", "mcp_config"}, "Input should be a valid dictionary", "\"<redacted>\"");
  const auto id = json::string_at(body, "conversation_id");
  if (id && !is_conversation_id(*id))
    problems.add("uuid_parsing", {"body", "conversation_id"},
                 "Input should be a UUID, with or without dashes", collet::detail::json_quoted(*id));
  problems.check();
}

void add_part(json::Value& parts, std::string_view type, std::string_view member, json::Value value,
              json::Allocator& allocator) {
  json::Value part(rapidjson::kObjectType);
  json::set(part, "type", type, allocator);
  json::set(part, member, std::move(value), allocator);
  parts.PushBack(part, allocator);
}

// The first message; null: there is none.
json::Value first_message(const json::Value& body, json::Allocator& allocator) {
  const auto text = json::string_or(body, "initial_user_msg");
  const auto* images = given(body, "image_urls");
  if (text.empty() && (images == nullptr || images->Empty())) return {};
  json::Value parts(rapidjson::kArrayType), message(rapidjson::kObjectType);
  if (!text.empty()) add_part(parts, "text", "text", json::text(text, allocator), allocator);
  if (images != nullptr && !images->Empty())
    add_part(parts, "image", "image_urls", json::copy(*images, allocator), allocator);
  json::set(message, "role", std::string_view("user"), allocator);
  json::set(message, "content", std::move(parts), allocator);
  json::set(message, "run", json::Value(true), allocator);
  return message;
}

// What the agent should know of the repository, which is not cloned for it.
std::string instructions(const json::Value& body) {
  std::string text = json::string_or(body, "conversation_instructions");
  const auto repository = json::string_or(body, "repository");
  if (repository.empty()) return text;
  const auto provider = json::string_or(body, "git_provider", "github");
  const auto branch = json::string_or(body, "selected_branch");
  text += (text.empty() ? "" : "\n\n") + ("The user works on the repository " + repository) + " at " +
          provider + (branch.empty() ? "" : ", branch " + branch) +
          ". It is not in your working directory yet: clone it when you need it.";
  if (provider == "github" || provider == "gitlab" || provider == "bitbucket") {
    std::string variable = provider + "_TOKEN";
    std::transform(variable.begin(), variable.end(), variable.begin(),
                   [](unsigned char c) { return static_cast<char>(c >= 'a' && c <= 'z' ? c - 32 : c); });
    text +=
        " A command that names the variable " + variable + " gets the user's token in it, if there is one.";
  }
  return text;
}

void merge_members(json::Value& into, const json::Value& more, json::Allocator& allocator) {
  for (const auto& member : more.GetObject())
    json::set(into, json::view(member.name), json::copy(member.value, allocator), allocator);
}

json::Value lookups(const json::Value& secrets, json::Allocator& allocator) {
  json::Value sources(rapidjson::kObjectType);
  for (const auto& secret : secrets.GetArray()) {
    const auto name = json::string_or(secret, "name");
    json::Value source(rapidjson::kObjectType);
    json::set(source, "kind", std::string_view("LookupSecret"), allocator);
    json::set(source, "url", "/api/settings/secrets/" + name, allocator);
    if (const auto about = json::string_at(secret, "description"))
      json::set(source, "description", *about, allocator);
    json::set(sources, name, std::move(source), allocator);
  }
  return sources;
}

Response older_answer(const Response& started, const std::string& id) {
  const bool good = started.status == 200 || started.status == 201;
  json::Writer w;
  w.object().member("status", good ? "ok" : "error");
  w.member("conversation_id", good ? std::optional(id) : std::nullopt);
  if (good) {
    w.member("message", nullptr).member("conversation_status", "RUNNING");
  } else {
    w.member("message",
             "The conversation was not started. `detail` says why; mend the settings with POST "
             "/api/settings, or the request, and try again.");
    const auto body = json::parse(started.body);
    const auto* detail = body ? json::find(static_cast<const json::Value&>(*body), "detail") : nullptr;
    if (detail != nullptr) w.member("detail", *detail);
  }
  w.end();
  return Response::json(w.take(), good ? 200 : started.status);
}

}  // namespace

bool is_conversation_id(std::string_view text) {
  const auto hex = std::count_if(text.begin(), text.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
  });
  return hex == 32 &&
         (text.size() == 32 || (text.size() == 36 && std::count(text.begin(), text.end(), '-') == 4));
}

Refusal refused(int status, const std::string& text) {
  json::Writer w;
  w.object().member("error", text).member("detail", text).end();
  return Refusal(Response::json(w.take(), status));
}

json::Document Bootstrap::state() const {
  const auto value = host_.shared_store().get(kKey);
  auto state = value ? json::parse(value->text) : std::optional(json::Document(rapidjson::kObjectType));
  if (!state || !state->IsObject()) throw std::runtime_error("what the bootstrap has stored is damaged");
  return std::move(*state);
}

template <class Change>
void Bootstrap::change(Change change) {
  host_.shared_store().update(kKey, [&](const std::optional<std::string>& now) {
    auto state = now ? json::parse(*now) : std::optional(json::Document(rapidjson::kObjectType));
    if (!state || !state->IsObject()) throw std::runtime_error("what the bootstrap has stored is damaged");
    change(*state);
    return std::optional(json::dump(*state));
  });
}

void Bootstrap::store_settings(const json::Value& body) {
  const auto given_settings = read_settings(body);
  json::Document merged;
  change([&](json::Document& state) {
    merged = merged_settings(given_settings, json::find(static_cast<const json::Value&>(state), kSettings));
    json::set(state, kSettings, json::copy(merged, state.GetAllocator()), state.GetAllocator());
  });
  host_.management().change_settings(settings_change(merged));
}

void Bootstrap::need_settings() const {
  if (json::find(static_cast<const json::Value&>(state()), kSettings) == nullptr)
    throw refused(409, kNoSettings);
}

void Bootstrap::store_providers(const json::Value& body) {
  need_settings();
  const auto given_providers = read_providers(body);
  change([&](json::Document& state) {
    static const json::Value kNone(rapidjson::kObjectType);
    const auto* stored = json::find(static_cast<const json::Value&>(state), kProviders);
    const auto merged = merged_providers(given_providers, stored == nullptr ? kNone : *stored);
    json::set(state, kProviders, json::copy(merged, state.GetAllocator()), state.GetAllocator());
  });
}

void Bootstrap::unset_providers() {
  need_settings();
  change([](json::Document& state) { json::remove(state, kProviders); });
}

std::string Bootstrap::working_dir(const std::string& id) const {
  return (workspaces_.empty() ? host_.state_dir() + "/workspaces" : workspaces_) + "/" + id;
}

Response Bootstrap::start_conversation(const Request& request) const {
  const auto body = read_object(request);
  check_members(body);
  const auto stored = state();
  const auto* flat = json::find(static_cast<const json::Value&>(stored), kSettings);
  if (flat == nullptr) throw refused(409, kNoSettings);
  const auto settings = json::parse(host_.management().settings());
  const auto secrets = json::parse(host_.management().list_secrets());

  std::string id = json::string_or(body, "conversation_id", new_id());
  id.erase(std::remove(id.begin(), id.end(), '-'), id.end());
  json::Document start(rapidjson::kObjectType);
  auto& allocator = start.GetAllocator();
  json::Value agent = json::copy(*json::find(*settings, "agent_settings"), allocator);
  for (const auto* servers : {given(*flat, "mcp_config"), given(body, "mcp_config")})
    if (servers != nullptr)
      merge_members(*json::find(agent, "mcp_config"), read_mcp_servers(*servers, "mcp_config", allocator),
                    allocator);
  if (auto* context = json::find(agent, "agent_context"); context != nullptr && context->IsObject()) {
    const auto before = json::string_or(*context, "system_message_suffix");
    const auto more = instructions(body);
    if (!more.empty())
      json::set(*context, "system_message_suffix", before + (before.empty() ? "" : "\n\n") + more, allocator);
  }
  json::Value sources = lookups(*secrets, allocator);
  if (const auto* providers = json::find(static_cast<const json::Value&>(stored), kProviders);
      providers != nullptr)
    merge_members(sources, token_secrets(*providers, json::string_or(body, "repository"), allocator),
                  allocator);

  json::Value workspace(rapidjson::kObjectType);
  json::set(workspace, "kind", std::string_view("LocalWorkspace"), allocator);
  json::set(workspace, "working_dir", working_dir(id), allocator);
  const auto& conversation = *json::find(static_cast<const json::Value&>(*settings), "conversation_settings");
  json::Value policy(rapidjson::kObjectType);
  json::set(
      policy, "kind",
      std::string_view(json::bool_at(conversation, "confirmation_mode").value_or(false) ? "AlwaysConfirm"
                                                                                        : "NeverConfirm"),
      allocator);
  json::set(start, "conversation_id", id, allocator);
  json::set(start, "agent_settings", std::move(agent), allocator);
  json::set(start, "workspace", std::move(workspace), allocator);
  json::set(start, "max_iterations", json::copy(*json::find(conversation, "max_iterations"), allocator),
            allocator);
  json::set(start, "confirmation_policy", std::move(policy), allocator);
  json::set(start, "secrets", std::move(sources), allocator);
  json::set(start, "older_form", json::Value(true), allocator);
  if (auto message = first_message(body, allocator); !message.IsNull())
    json::set(start, "initial_message", std::move(message), allocator);
  return older_answer(
      host_.management().start_conversation(json::dump(start), request.header("host").value_or("")), id);
}

}  // namespace collet::nested
