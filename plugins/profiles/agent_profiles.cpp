#include "agent_profiles.hpp"

#include <optional>

#include "agent_profile_form.hpp"
#include "agent_profile_resolver.hpp"
#include "collet/problems.hpp"
#include "ids.hpp"
#include "llm_form.hpp"
#include "llm_profiles.hpp"

namespace collet::profiles {
namespace {

constexpr const char* kSeedName = "default";
constexpr const char* kFull = "Agent profile limit reached (50). Delete a profile before saving a new one.";

[[noreturn]] void no_such_profile(const std::string& name) {
  throw Refusal(404, "Agent profile '" + name + "' not found");
}

const json::Value& find_profile(const json::Document& state, const std::string& name) {
  const auto* profile = json::find(part(state, kAgentProfiles), name);
  if (profile == nullptr) no_such_profile(name);
  return *profile;
}

const json::Value* find_by_id(const json::Document& state, std::string_view id) {
  for (const auto& entry : part(state, kAgentProfiles).GetObject())
    if (json::string_at(entry.value, "id") == id) return &entry.value;
  return nullptr;
}

const json::Value& mcp_config_of(const json::Value& settings) {
  static const json::Value kNone(rapidjson::kObjectType);
  const auto* servers = json::at(settings, {"agent_settings", "mcp_config"});
  return servers != nullptr && servers->IsObject() ? *servers : kNone;
}

// A client of the settings that has configured a model, and not only been given the defaults.
bool is_configured(const json::Value& llm) {
  return has_key(llm) || json::string_or(llm, "auth_type") == "subscription" ||
         !json::string_or(llm, "base_url").empty();
}

void append_suffix(json::Value& settings, const json::Value& body, json::Allocator& allocator) {
  const auto* more = json::at(body, {"agent_launch_additions", "system_message_suffix_append"});
  json::Value* context = json::find(settings, "agent_context");
  if (more == nullptr || !more->IsString() || more->GetStringLength() == 0 || context == nullptr) return;
  const auto before = json::string_or(*context, "system_message_suffix");
  json::set(*context, "system_message_suffix",
            before + (before.empty() ? "" : "\n\n") + std::string(json::view(*more)), allocator);
}

std::string check_profile_id(const json::Value& body) {
  Problems problems;
  for (const auto name : {"agent", "agent_settings"})
    if (const auto* other = json::find(body, name); other != nullptr && !other->IsNull())
      problems.add("value_error", {"body"},
                   "Value error, `agent_profile_id` is mutually exclusive with `agent` and `agent_settings`",
                   "\"<redacted>\"");
  const auto* id = json::find(body, "agent_profile_id");
  const auto uuid = id->IsString() ? parse_uuid(json::view(*id)) : std::nullopt;
  if (!uuid)
    problems.add("uuid_parsing", {"body", "agent_profile_id"}, "Input should be a valid UUID",
                 json::dump(*id));
  problems.check();
  return *uuid;
}

}  // namespace

std::string AgentProfiles::list() {
  auto settings = json::parse(host_.settings().document());
  auto state = state_.read();
  if (part(state, kAgentProfiles).ObjectEmpty() &&
      json::find(static_cast<const json::Value&>(*settings), "active_agent_profile_id")->IsNull()) {
    seed();
    settings = json::parse(host_.settings().document());
    state = state_.read();
  }
  const auto& profiles = part(static_cast<const json::Document&>(state), kAgentProfiles);
  json::Writer w;
  w.object().key("profiles").array();
  for (const auto& name : sorted_keys(profiles)) {
    const auto& profile = *json::find(profiles, name);
    w.object().member("id", json::string_at(profile, "id")).member("name", name);
    w.member("agent_kind", json::string_at(profile, "agent_kind"));
    w.member("revision", json::int_at(profile, "revision"));
    w.member("llm_profile_ref", json::string_at(profile, "llm_profile_ref"));
    w.member("mcp_server_refs", *json::find(profile, "mcp_server_refs")).end();
  }
  w.end().member("active_agent_profile_id", json::string_at(*settings, "active_agent_profile_id")).end();
  return w.take();
}

// Once, whoever comes first: the change sees whether there is a profile by now.
void AgentProfiles::seed() {
  const auto shown = json::parse(host_.settings().document());
  const std::string active = json::string_or(*shown, "active_profile");
  const bool openhands = json::string_or(*json::find(*shown, "agent_settings"), "agent_kind") != "acp";
  const auto* shown_llm = json::at(*shown, {"agent_settings", "llm"});
  // The model of the settings becomes a profile that the agent's can refer to, if it is of any use.
  const bool with_llm = active.empty() && openhands && shown_llm != nullptr && is_configured(*shown_llm);
  const auto plain = with_llm ? json::parse(host_.management().settings()) : std::nullopt;
  const std::string id = new_uuid();
  auto profile = agent_profile_of(host_, *shown, kSeedName, active.empty() ? kSeedName : active);
  bool seeded = false;
  state_.change([&](json::Document& state) {
    seeded = part(state, kAgentProfiles).ObjectEmpty();
    if (!seeded) return;
    auto& allocator = state.GetAllocator();
    auto& llms = part(state, kLlmProfiles);
    if (plain && json::find(llms, kSeedName) == nullptr && llms.MemberCount() < kMostLlmProfiles)
      json::set(llms, kSeedName, json::copy(*json::at(*plain, {"agent_settings", "llm"}), allocator),
                allocator);
    json::Value made = json::copy(profile, allocator);
    json::set(made, "id", id, allocator);
    put_entry(state, kAgentProfiles, kSeedName, std::move(made), kMostAgentProfiles, kFull,
              "Agent profile 'default'");
  });
  if (!seeded) return;
  json::Writer w;
  w.object().member("active_agent_profile_id", id).key("expect").object();
  w.member("active_agent_profile_id", nullptr).end().end();
  try {
    host_.management().change_settings(w.take());
  } catch (const HostError& error) {
    if (error.status() != COLLET_CONFLICT) throw;  // somebody has chosen another one meanwhile
  }
}

std::string AgentProfiles::get(const std::string& name) const {
  return json::dump(find_profile(state_.read(), name));
}

void AgentProfiles::save(const std::string& name, const json::Value& body) {
  const auto profile = read_agent_profile(host_, body, name);
  const std::string new_id = new_uuid();
  state_.change([&](json::Document& state) {
    auto& allocator = state.GetAllocator();
    const auto* known = json::find(part(state, kAgentProfiles), name);
    json::Value saved = json::copy(profile, allocator);
    json::set(saved, "id", known == nullptr ? new_id : json::string_or(*known, "id", new_id), allocator);
    const std::int64_t revision = known == nullptr ? 0 : json::int_at(*known, "revision").value_or(0) + 1;
    json::set(saved, "revision", json::Value(revision), allocator);
    put_entry(state, kAgentProfiles, name, std::move(saved), kMostAgentProfiles, kFull,
              "Agent profile '" + name + "'");
  });
}

void AgentProfiles::remove(const std::string& name) {
  std::string id;
  state_.change([&](json::Document& state) {
    auto& profiles = part(state, kAgentProfiles);
    const auto* profile = json::find(profiles, name);
    id = profile == nullptr ? "" : json::string_or(*profile, "id");
    json::remove(profiles, name);
  });
  if (id.empty()) return;
  json::Writer w;
  w.object().member("active_agent_profile_id", nullptr).key("expect").object();
  w.member("active_agent_profile_id", id).end().end();
  try {
    host_.management().change_settings(w.take());
  } catch (const HostError& error) {
    if (error.status() != COLLET_CONFLICT) throw;  // it was not the active one
  }
}

void AgentProfiles::rename(const std::string& from, const std::string& to) {
  state_.change([&](json::Document& state) {
    auto& allocator = state.GetAllocator();
    auto& profiles = part(state, kAgentProfiles);
    if (json::find(profiles, from) == nullptr) no_such_profile(from);
    if (from == to) return;
    if (json::find(profiles, to) != nullptr) throw Refusal(409, "Agent profile '" + to + "' already exists");
    json::Value moved = std::move(*json::find(profiles, from));
    json::remove(profiles, from);
    json::set(moved, "name", to, allocator);
    json::set(profiles, to, std::move(moved), allocator);
  });
}

void AgentProfiles::activate(const std::string& id) {
  if (find_by_id(state_.read(), id) == nullptr)
    throw Refusal(404, "Agent profile with id '" + id + "' not found");
  json::Writer w;
  w.object().member("active_agent_profile_id", id).end();
  host_.management().change_settings(w.take());
}

std::string AgentProfiles::materialize(const std::string& name) const {
  const auto state = state_.read();
  const auto& profile = find_profile(state, name);
  const auto settings = json::parse(host_.settings().document());
  return diagnostics(host_, profile, resolve(host_, profile, {state, mcp_config_of(*settings)}));
}

Response AgentProfiles::start_conversation(const Request& request) const {
  auto body = read_object(request);
  auto& allocator = body.GetAllocator();
  const std::string id = check_profile_id(body);
  const auto state = state_.read();
  const auto* profile = find_by_id(state, id);
  if (profile == nullptr) throw Refusal(404, "Agent profile with id '" + id + "' not found");
  if (json::string_or(*profile, "agent_kind") == "acp")
    throw Refusal(422, "Agent profile '" + json::string_or(*profile, "name") +
                           "' is of the kind 'acp', which is not served here");
  // Their secrets are read only when there are servers.
  auto settings = json::parse(host_.settings().document());
  if (!mcp_config_of(*settings).ObjectEmpty()) settings = json::parse(host_.management().settings());
  auto resolution = resolve(host_, *profile, {state, mcp_config_of(*settings)});
  if (!resolution.llm_found && !resolution.errors.empty() && resolution.missing_mcp_servers.empty())
    throw Refusal(404, resolution.errors.front());
  if (!resolution.errors.empty()) throw Refusal(422, resolution.errors.front());
  json::Value agent = json::copy(resolution.settings, allocator);
  json::set(*json::find(agent, "llm"), "stream", json::Value(true),
            allocator);  // clients can't say so beforehand
  append_suffix(agent, body, allocator);
  for (const auto done : {"agent_profile_id", "agent_launch_additions"}) json::remove(body, done);
  json::set(body, "agent_settings", std::move(agent), allocator);
  json::Value launched(rapidjson::kObjectType);
  json::set(launched, "agent_profile_id", id, allocator);
  json::set(launched, "revision", json::Value(json::int_at(*profile, "revision").value_or(0)), allocator);
  json::set(body, "launched_agent_profile", std::move(launched), allocator);
  return host_.management().start_conversation(json::dump(body), request.header("host").value_or(""));
}

}  // namespace collet::profiles
