#include "llm_profiles.hpp"

#include <chrono>
#include <vector>

#include "collet/http.hpp"
#include "llm_form.hpp"

namespace collet::profiles {
namespace {

constexpr std::chrono::seconds kPatience{30};  // for a model to answer when a profile is tried

[[noreturn]] void no_such_profile(const std::string& name) {
  throw Refusal(404, "Profile '" + name + "' not found");
}

const json::Value* connection_of(const json::Document& state, const json::Value& llm) {
  const auto id = json::string_at(llm, "provider_connection_id");
  return id && !id->empty() ? json::find(part(state, kConnections), *id) : nullptr;
}

bool refers(const json::Value& llm) { return !json::string_or(llm, "provider_connection_id").empty(); }

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const auto& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

std::vector<std::string> referrers(const json::Document& state, const std::string& name) {
  std::vector<std::string> names;
  const auto& profiles = part(state, kAgentProfiles);
  for (const auto& key : sorted_keys(profiles))
    if (json::string_at(*json::find(profiles, key), "llm_profile_ref") == name) names.push_back(key);
  return names;
}

}  // namespace

void resolve_connection(const json::Document& state, json::Value& llm, const std::string& who,
                        json::Allocator& allocator) {
  if (!refers(llm)) return;
  const auto* connection = connection_of(state, llm);
  if (connection == nullptr)
    throw Refusal(422, who + " refers to the provider connection '" +
                           json::string_or(llm, "provider_connection_id") +
                           "', which is not there. Change the profile, or make the connection anew.");
  for (const auto name : {"api_key", "base_url"})
    json::set(llm, name, json::copy(*json::find(*connection, name), allocator), allocator);
}

json::Document resolved_llm(const json::Document& state, const std::string& name) {
  const auto* llm = json::find(part(state, kLlmProfiles), name);
  if (llm == nullptr) no_such_profile(name);
  json::Document copy;
  copy.CopyFrom(*llm, copy.GetAllocator());
  resolve_connection(state, copy, "Profile '" + name + "'", copy.GetAllocator());
  return copy;
}

bool has_key_somewhere(const json::Document& state, const json::Value& llm) {
  if (has_key(llm)) return true;
  const auto* connection = connection_of(state, llm);
  return connection != nullptr && has_key(*connection);
}

std::string LlmProfiles::list() const {
  const auto settings = json::parse(host_.settings().document());
  const auto state = state_.read();
  const auto& profiles = part(state, kLlmProfiles);
  json::Writer w;
  w.object().key("profiles").array();
  for (const auto& name : sorted_keys(profiles)) {
    const auto& llm = *json::find(profiles, name);
    w.object().member("name", name);
    w.member("model", json::string_at(llm, "model")).member("base_url", shown_address(llm));
    w.member("provider_connection_id", json::string_at(llm, "provider_connection_id"));
    w.member("provider_connection_broken", refers(llm) && connection_of(state, llm) == nullptr);
    w.member("api_key_set", has_key_somewhere(state, llm)).end();
  }
  w.end().member("active_profile", json::string_at(*settings, "active_profile")).end();
  return w.take();
}

std::optional<LlmProfiles::Profile> LlmProfiles::find(const std::string& name) const {
  const auto state = state_.read();
  const auto* llm = json::find(part(state, kLlmProfiles), name);
  if (llm == nullptr) return std::nullopt;
  Profile profile;
  profile.llm.CopyFrom(*llm, profile.llm.GetAllocator());
  profile.api_key_set = has_key_somewhere(state, *llm);
  return profile;
}

void LlmProfiles::save(const std::string& name, const json::Value& llm, bool include_secrets) {
  state_.change([&](json::Document& state) {
    auto& allocator = state.GetAllocator();
    json::Value kept = json::copy(llm, allocator);
    keep_secrets(kept, json::find(part(state, kLlmProfiles), name), allocator);
    if (!include_secrets) drop_secrets(kept);
    // A profile that refers to a connection has no key of its own that could differ from it.
    if (refers(kept))
      for (const auto member : {"api_key", "base_url"}) json::find(kept, member)->SetNull();
    put_entry(state, kLlmProfiles, name, std::move(kept), kMostLlmProfiles,
              "Profile limit reached (50). Delete a profile before saving a new one.",
              "Profile '" + name + "'");
  });
}

void LlmProfiles::remove(const std::string& name) {
  state_.change([&](json::Document& state) {
    const auto names = referrers(state, name);
    if (!names.empty())
      throw Refusal(409, "LLM profile is referenced by " + std::to_string(names.size()) +
                             " agent profile(s): " + joined(names));
    json::remove(part(state, kLlmProfiles), name);
  });
  move_pointer(name, std::nullopt);
}

void LlmProfiles::rename(const std::string& from, const std::string& to) {
  state_.change([&](json::Document& state) {
    auto& allocator = state.GetAllocator();
    auto& profiles = part(state, kLlmProfiles);
    if (json::find(profiles, from) == nullptr) no_such_profile(from);
    if (from == to) return;
    if (json::find(profiles, to) != nullptr) throw Refusal(409, "Profile '" + to + "' already exists");
    json::Value moved = std::move(*json::find(profiles, from));
    json::remove(profiles, from);
    json::set(profiles, to, std::move(moved), allocator);
    for (const auto& referrer : referrers(state, from))
      json::set(*json::find(part(state, kAgentProfiles), referrer), "llm_profile_ref", to, allocator);
  });
  if (from != to) move_pointer(from, to);
}

// Unless another profile is active by now.
void LlmProfiles::move_pointer(const std::string& from, const std::optional<std::string>& to) {
  json::Writer w;
  w.object().member("active_profile", to).key("expect").object().member("active_profile", from).end().end();
  try {
    host_.management().change_settings(w.take());
  } catch (const HostError& error) {
    if (error.status() != COLLET_CONFLICT) throw;
  }
}

void LlmProfiles::activate(const std::string& name) {
  const auto llm = resolved_llm(state_.read(), name);
  json::Writer w;
  w.object().member("llm", llm).member("active_profile", name).end();
  host_.management().change_settings(w.take());
}

void LlmProfiles::change_settings(const json::Value& body) {
  json::Document change;
  auto& allocator = change.GetAllocator();
  change.CopyFrom(body, allocator);
  for (const auto ours : {"llm", "expect"}) json::remove(change, ours);  // no client's to say
  if (const auto name = json::string_at(body, "active_profile")) {
    auto llm = resolved_llm(state_.read(), std::string(*name));
    const auto* agent = json::find(body, "agent_settings_diff");
    if (agent == nullptr || json::find(*agent, "llm") == nullptr)
      json::set(change, "llm", json::copy(llm, allocator), allocator);
  }
  host_.management().change_settings(json::dump(change));
}

std::string LlmProfiles::validate(const std::string& name, json::Document llm) const {
  const auto state = state_.read();
  auto& allocator = llm.GetAllocator();
  keep_secrets(llm, json::find(part(state, kLlmProfiles), name), allocator);
  resolve_connection(state, llm, "Profile '" + name + "'", allocator);
  const auto outcome = json::parse(host_.management().try_llm(json::dump(llm), kPatience));
  const auto code = json::string_or(*outcome, "code");
  json::Writer w;
  // A busy or slow model says nothing against the configuration.
  if (json::bool_at(*outcome, "ok").value_or(false) || code == "LLMRateLimitError" ||
      code == "LLMTimeoutError") {
    w.object().member("valid", true).member("error", nullptr).end();
  } else {
    w.object().member("valid", false).key("error").object();
    w.member("type", code).member("message", json::string_or(*outcome, "detail")).end().end();
  }
  return w.take();
}

}  // namespace collet::profiles
