#include "settings/settings_document.hpp"

#include "secrets/json_secrets.hpp"
#include "settings/settings_fields.hpp"

namespace collet::settings {

namespace {

constexpr std::string_view kAgent = "agent_settings";
constexpr std::string_view kConversation = "conversation_settings";
constexpr std::string_view kMisc = "misc_settings";

/// A diff of the patch, where it has one; null counts as none.
const json::Value* diff(const json::Value& patch, std::string_view name) {
  const auto* found = json::find(patch, name);
  return found != nullptr && !found->IsNull() ? found : nullptr;
}

bool patch_agent(json::Value& agent, const json::Value& change, json::Allocator& allocator) {
  if (!change.IsObject()) return false;
  const auto current = json::string_or(agent, "agent_kind", kFirstAgentKind);
  std::string kind = current;
  if (const auto* wanted = json::find(change, "agent_kind"); wanted != nullptr) {
    if (!wanted->IsString()) return false;
    kind = json::view(*wanted);
  }
  const Shape* shape = agent_shape(kind);
  if (shape == nullptr) return false;
  json::Value merged(rapidjson::kObjectType);
  if (kind == current) merged.CopyFrom(agent, allocator);  // another kind starts from its own defaults
  json::Value kept = json::copy(change, allocator);
  secrets::keep_redacted(kept, agent, allocator);
  merge(merged, kept, *shape, allocator);
  return normalise(merged, *shape, agent, allocator);
}

bool patch_conversation(json::Value& conversation, const json::Value& change, json::Allocator& allocator) {
  if (!change.IsObject()) return false;
  json::Value merged = json::copy(conversation, allocator);
  merge(merged, change, conversation_shape(), allocator);
  return normalise(merged, conversation_shape(), conversation, allocator);
}

bool patch_misc(json::Value& misc, const json::Value& change, json::Allocator& allocator) {
  if (!change.IsObject()) return false;
  json::deep_merge(misc, change, allocator, /*null_deletes=*/true);
  return true;
}

/// Profiles come with a later feature: there are none to make active, but none is a choice.
Result<void> check_profile(const json::Value& patch, std::string_view member, const std::string& what) {
  const auto* profile = json::find(patch, member);
  if (profile == nullptr || profile->IsNull()) return {};
  if (!profile->IsString()) return invalid(std::string(kValidationFailed));
  return not_found(what + " '" + std::string(json::view(*profile)) + "' not found");
}

json::Value part(const json::Value& document, std::string_view name, json::Allocator& allocator) {
  const auto* found = json::find(document, name);
  return found != nullptr ? json::copy(*found, allocator) : json::Value(rapidjson::kObjectType);
}

}  // namespace

json::Document default_document() {
  // An empty document is complete with defaults alone.
  return std::move(completed(json::Value(rapidjson::kObjectType))).value();
}

Result<json::Document> completed(const json::Value& document) {
  json::Document out(rapidjson::kObjectType);
  auto& allocator = out.GetAllocator();
  const auto agent = part(document, kAgent, allocator);
  const Shape* shape = agent_shape(json::string_or(agent, "agent_kind", kFirstAgentKind));
  const auto misc = part(document, kMisc, allocator);
  json::Value agent_out;
  json::Value conversation_out;
  if (shape == nullptr || !misc.IsObject() || !normalise(agent, *shape, agent_out, allocator) ||
      !normalise(part(document, kConversation, allocator), conversation_shape(), conversation_out, allocator))
    return invalid(std::string(kValidationFailed));
  json::set(out, kAgent, std::move(agent_out), allocator);
  json::set(out, kConversation, std::move(conversation_out), allocator);
  json::set(out, kMisc, json::copy(misc, allocator), allocator);
  return out;
}

bool changes_anything(const json::Value& patch) {
  for (const auto* name : {"agent_settings_diff", "conversation_settings_diff", "misc_settings_diff"})
    if (diff(patch, name) != nullptr) return true;
  return json::find(patch, "active_profile") != nullptr ||
         json::find(patch, "active_agent_profile_id") != nullptr;
}

Result<json::Document> patched(const json::Value& document, const json::Value& patch) {
  if (!changes_anything(patch)) return invalid(std::string(kNothingToChange));
  if (auto known = check_profile(patch, "active_profile", "Profile"); !known) return known.error();
  if (auto known = check_profile(patch, "active_agent_profile_id", "Agent profile"); !known)
    return known.error();

  json::Document out;
  auto& allocator = out.GetAllocator();
  out.CopyFrom(document, allocator);
  const auto* agent = diff(patch, "agent_settings_diff");
  const auto* conversation = diff(patch, "conversation_settings_diff");
  const auto* misc = diff(patch, "misc_settings_diff");
  if ((agent != nullptr && !patch_agent(*json::find(out, kAgent), *agent, allocator)) ||
      (conversation != nullptr &&
       !patch_conversation(*json::find(out, kConversation), *conversation, allocator)) ||
      (misc != nullptr && !patch_misc(*json::find(out, kMisc), *misc, allocator)))
    return invalid(std::string(kValidationFailed));
  return out;
}

std::string shown(const json::Value& document) {
  const auto* key = json::at(document, {kAgent, "llm", "api_key"});
  json::Writer writer;
  writer.object();
  writer.key(kAgent).value(*json::find(document, kAgent));
  writer.key(kConversation).value(*json::find(document, kConversation));
  writer.member("llm_api_key_is_set", key != nullptr && key->IsString());
  writer.member("active_profile", nullptr).member("active_agent_profile_id", nullptr);
  writer.key(kMisc).value(*json::find(document, kMisc));
  writer.end();
  return writer.take();
}

}  // namespace collet::settings
