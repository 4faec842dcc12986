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
  if (shape == nullptr || !takes_urls(change, *shape)) return false;
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

constexpr std::string_view kPointers[] = {"active_profile", "active_agent_profile_id"};

json::Value pointer(const json::Value& document, std::string_view name, json::Allocator& allocator) {
  const auto text = json::string_at(document, name);
  return text ? json::text(*text, allocator) : json::Value();
}

/// What is active must be as the patch expects.
bool is_as_expected(const json::Value& document, const json::Value& patch) {
  const auto* expect = json::find(patch, "expect");
  if (expect == nullptr) return true;
  for (const auto name : kPointers) {
    const auto* wanted = json::find(*expect, name);
    if (wanted != nullptr && json::string_at(*expect, name) != json::string_at(document, name)) return false;
  }
  return true;
}

Result<void> patch_pointers(json::Value& document, const json::Value& patch, Profiles profiles,
                            json::Allocator& allocator) {
  for (const auto name : kPointers) {
    const auto* wanted = json::find(patch, name);
    if (wanted == nullptr) continue;
    if (!wanted->IsNull() && !wanted->IsString()) return invalid(std::string(kValidationFailed));
    // That of agents is no reference: an unknown one is what starts of conversations will tell.
    if (profiles == Profiles::kUnknown && wanted->IsString() && name == kPointers[0])
      return not_found("Profile '" + std::string(json::view(*wanted)) + "' not found");
    json::set(document, name, json::copy(*wanted, allocator), allocator);
  }
  return {};
}

bool replace_llm(json::Value& agent, const json::Value& llm, json::Allocator& allocator) {
  json::Value whole;
  const Shape& shape = *find_field(*agent_shape(kFirstAgentKind), "llm")->members;
  if (!llm.IsObject() || !normalise(llm, shape, whole, allocator)) return false;
  json::set(agent, "llm", std::move(whole), allocator);
  return true;
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
  for (const auto name : kPointers) json::set(out, name, pointer(document, name, allocator), allocator);
  return out;
}

bool changes_anything(const json::Value& patch) {
  for (const auto* name : {"agent_settings_diff", "conversation_settings_diff", "misc_settings_diff"})
    if (diff(patch, name) != nullptr) return true;
  return json::find(patch, "active_profile") != nullptr ||
         json::find(patch, "active_agent_profile_id") != nullptr;
}

Result<json::Document> patched(const json::Value& document, const json::Value& patch, Profiles profiles) {
  const bool is_keeper = profiles == Profiles::kKnown;
  const auto* llm = is_keeper ? diff(patch, "llm") : nullptr;
  if (llm == nullptr && !changes_anything(patch)) return invalid(std::string(kNothingToChange));
  if (is_keeper && !is_as_expected(document, patch))
    return conflict("the active profile is another one by now");

  json::Document out;
  auto& allocator = out.GetAllocator();
  out.CopyFrom(document, allocator);
  if (auto pointed = patch_pointers(out, patch, profiles, allocator); !pointed) return pointed.error();
  if (llm != nullptr && !replace_llm(*json::find(out, kAgent), *llm, allocator))
    return invalid(std::string(kValidationFailed));
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
  for (const auto name : kPointers) writer.member(name, json::string_at(document, name));
  writer.key(kMisc).value(*json::find(document, kMisc));
  writer.end();
  return writer.take();
}

}  // namespace collet::settings
