#include "conversation/state.hpp"

#include <array>
#include <utility>

#include "base/id.hpp"
#include "secrets/json_secrets.hpp"
#include "secrets/ordinary_value.hpp"

namespace collet::conversation {
namespace {

constexpr int kRowVersion = 1;  // of the stored body

std::string without_nulls(std::string_view text) {
  const auto value = json::parse(text);
  json::Document out;
  return value ? json::dump(json::without_nulls(*value, out.GetAllocator())) : std::string(text);
}

// A JSON text with its secrets hidden.
std::string shown(std::string_view text, secrets::Redaction how) {
  auto document = json::parse(text);
  secrets::redact_secrets(*document, document->GetAllocator(), how);
  return json::dump(*document);
}

std::string sealed(std::string_view text, const secrets::SealedBox& box, std::string_view id) {
  auto document = json::parse(text);
  secrets::seal_secrets(*document, box, id, document->GetAllocator());
  return json::dump(*document);
}

// The sources with their values hidden; where they come from stays readable.
std::string shown_secrets(std::string_view sources) {
  auto document = json::parse(sources);
  for (auto& source : document->GetObject()) {
    if (!source.value.IsObject()) continue;
    if (json::Value* value = json::find(source.value, "value"); value != nullptr) value->SetNull();
    if (json::Value* headers = json::find(source.value, "headers"); headers != nullptr) headers->SetObject();
  }
  return json::dump(*document);
}

void optional_member(json::Writer& w, std::string_view name, const std::string& value) {
  w.key(name);
  value.empty() ? w.value(nullptr) : w.value(value);
}

std::string sealed_setup(const Setup& setup, const secrets::SealedBox& box) {
  json::Writer w;
  w.object().raw_member("agent", setup.agent).raw_member("secret_sources", setup.secret_sources);
  w.raw_member("hook_config", setup.hook_config).raw_member("client_tools", setup.client_tools).end();
  return sealed(w.take(), box, setup.id);
}

}  // namespace

std::shared_ptr<const Setup> make_setup(Setup setup, const secrets::SealedBox& box) {
  setup.box = &box;
  setup.sealed = sealed_setup(setup, box);
  setup.shown_agent = shown(setup.agent, secrets::Redaction::kLlmNull);
  setup.live_agent = without_nulls(shown(setup.agent, secrets::Redaction::kStars));
  setup.shown_hook_config = shown(setup.hook_config, secrets::Redaction::kLlmNull);
  setup.shown_client_tools = shown(setup.client_tools, secrets::Redaction::kLlmNull);
  setup.shown_secrets = shown_secrets(setup.secret_sources);
  setup.live_secrets = without_nulls(setup.shown_secrets);
  return std::make_shared<const Setup>(std::move(setup));
}

std::string merge_sources(const std::string& sources, const std::string& update) {
  auto merged = json::parse(sources);
  const auto added = json::parse(update);
  if (!merged || !merged->IsObject()) merged = json::parse("{}");
  if (!added || !added->IsObject()) return json::dump(*merged);
  auto& allocator = merged->GetAllocator();
  for (const auto& source : added->GetObject()) {
    const auto name = json::view(source.name);
    const auto value = json::string_at(source.value, "value");
    if (value == secrets::kRedacted && json::find(*merged, name) != nullptr) continue;
    json::set(*merged, name, json::copy(source.value, allocator), allocator);
    if (value && secrets::stands_for_none(*value)) json::find(*json::find(*merged, name), "value")->SetNull();
  }
  return json::dump(*merged);
}

bool State::confirms_always() const {
  const auto policy = json::parse(confirmation_policy);
  return policy && json::string_or(*policy, "kind") != "NeverConfirm";
}

namespace {

// What managers of one server per conversation know: they stop it, or take it for broken.
std::string_view older_status(Status status) {
  if (status == Status::kPaused) return "STOPPED";
  return status == Status::kError ? "ERROR" : "RUNNING";
}

}  // namespace

std::string document(const State& state, const llm::UsageLedger& usage) {
  const Setup& setup = *state.setup;
  json::Writer w;
  w.object().member("id", setup.id).raw_member("workspace", setup.workspace);
  w.member("persistence_dir", setup.persistence_dir).member("max_iterations", setup.max_iterations);
  w.member("stuck_detection", setup.stuck_detection).member("execution_status", name_of(state.status));
  w.raw_member("confirmation_policy", shown(state.confirmation_policy, secrets::Redaction::kLlmNull));
  w.raw_member("security_analyzer", shown(state.security_analyzer, secrets::Redaction::kLlmNull));
  w.raw_member("activated_knowledge_skills", "[]").raw_member("invoked_skills", "[]");
  w.raw_member("blocked_actions", "{}").raw_member("blocked_messages", "{}");
  optional_member(w, "last_user_message_id", state.last_user_message_id);
  optional_member(w, "leaf_event_id", state.leaf_event_id);
  w.raw_member("stats", usage.json(llm::UsageLedger::Form::kWhole));
  w.key("secret_registry").object().raw_member("secret_sources", setup.shown_secrets).end();
  w.raw_member("agent_state", "{}").raw_member("hook_config", setup.shown_hook_config);
  w.member("title", state.title).member("metrics", nullptr);
  w.member("created_at", utc_timestamp(setup.created_at))
      .member("updated_at", utc_timestamp(state.updated_at));
  w.member("forked_from_conversation_id", nullptr).member("forked_from_event_id", nullptr);
  w.member("parent_conversation_id", setup.parent_id).raw_member("sub_conversation_ids", "[]");
  w.raw_member("tags", state.tags).member("current_model_id", nullptr).raw_member("available_models", "[]");
  w.member("supports_runtime_model_switch", false)
      .raw_member("launched_agent_profile", setup.launched_agent_profile);
  w.raw_member("agent", setup.shown_agent).raw_member("client_tools", setup.shown_client_tools);
  if (setup.older_form)
    w.member("status", older_status(state.status)).member("runtime_status", "STATUS$READY");
  return w.end().take();
}

std::string full_state(const State& state, const llm::UsageLedger& usage) {
  const Setup& setup = *state.setup;
  json::Writer w;
  w.object().member("id", setup.id).raw_member("agent", setup.live_agent);
  w.raw_member("workspace", setup.workspace).member("persistence_dir", setup.persistence_dir);
  w.member("max_iterations", setup.max_iterations).member("stuck_detection", setup.stuck_detection);
  w.member("execution_status", name_of(state.status));
  const auto live = [](const std::string& text) {
    return without_nulls(shown(text, secrets::Redaction::kStars));
  };
  w.raw_member("confirmation_policy", live(state.confirmation_policy));
  if (state.security_analyzer != "null") w.raw_member("security_analyzer", live(state.security_analyzer));
  for (const auto name : {"activated_knowledge_skills", "activated_path_rules", "invoked_skills"})
    w.raw_member(name, "[]");
  w.raw_member("blocked_actions", "{}").raw_member("blocked_messages", "{}");
  if (!state.last_user_message_id.empty()) w.member("last_user_message_id", state.last_user_message_id);
  if (!state.leaf_event_id.empty()) w.member("leaf_event_id", state.leaf_event_id);
  w.member("head_is_empty", false).raw_member("stats", usage.json(llm::UsageLedger::Form::kWithoutNulls));
  w.key("secret_registry").object().raw_member("secret_sources", setup.live_secrets).end();
  w.raw_member("tags", state.tags).raw_member("agent_state", "{}").end();
  return w.take();
}

storage::ConversationRow to_row(const State& state, const llm::UsageLedger& usage) {
  const Setup& setup = *state.setup;
  json::Writer w;
  w.object().member("version", kRowVersion).raw_member("setup", setup.sealed);
  w.raw_member("workspace", setup.workspace).member("working_dir", setup.working_dir);
  w.member("persistence_dir", setup.persistence_dir).member("max_iterations", setup.max_iterations);
  w.member("stuck_detection", setup.stuck_detection)
      .member("autotitle", setup.autotitle)
      .member("created_through", setup.created_through)
      .member("parent_id", setup.parent_id);
  w.raw_member("launched_agent_profile", setup.launched_agent_profile);
  w.member("older_form", setup.older_form);
  w.raw_member("confirmation_policy", sealed(state.confirmation_policy, *setup.box, setup.id));
  w.raw_member("security_analyzer", sealed(state.security_analyzer, *setup.box, setup.id));
  w.member("last_user_message_id", state.last_user_message_id).member("leaf_event_id", state.leaf_event_id);
  w.member("title", state.title)
      .raw_member("tags", state.tags)
      .raw_member("usage", usage.json(llm::UsageLedger::Form::kSummary))
      .end();
  storage::ConversationRow row;
  row.id = setup.id;
  row.status = name_of(state.status);
  row.created_at = setup.created_at;
  row.updated_at = state.updated_at;
  row.body = w.take();
  return row;
}

namespace {

std::string raw_or(const json::Value& body, std::string_view key, std::string_view fallback) {
  const json::Value* value = json::find(body, key);
  return value == nullptr ? std::string(fallback) : json::dump(*value);
}

std::optional<std::string> text_at(const json::Value& body, std::string_view key) {
  const auto text = json::string_at(body, key);
  return text ? std::optional<std::string>(*text) : std::nullopt;
}

Result<Setup> setup_of(const storage::ConversationRow& row, json::Document& body,
                       const secrets::SealedBox& box) {
  json::Value* inside = json::find(body, "setup");
  if (inside == nullptr) return internal("conversation " + row.id + ": the stored row is damaged");
  for (const auto name : {"setup", "confirmation_policy", "security_analyzer"})
    if (json::Value* sealed = json::find(body, name); sealed != nullptr)
      if (auto opened = secrets::open_secrets(*sealed, box, row.id, body.GetAllocator()); !opened)
        return opened.error();
  Setup setup;
  setup.id = row.id;
  setup.agent = raw_or(*inside, "agent", "{}");
  setup.secret_sources = raw_or(*inside, "secret_sources", "{}");
  setup.workspace = raw_or(body, "workspace", "{}");
  setup.working_dir = json::string_or(body, "working_dir");
  setup.persistence_dir = json::string_or(body, "persistence_dir");
  setup.max_iterations = static_cast<int>(json::int_at(body, "max_iterations").value_or(500));
  setup.stuck_detection = json::bool_at(body, "stuck_detection").value_or(true);
  setup.autotitle = json::bool_at(body, "autotitle").value_or(true);
  setup.created_through = json::string_or(body, "created_through");
  // Rows from before these were sealed have them beside it.
  setup.hook_config = raw_or(*inside, "hook_config", raw_or(body, "hook_config", "null"));
  setup.client_tools = raw_or(*inside, "client_tools", raw_or(body, "client_tools", "[]"));
  setup.launched_agent_profile = raw_or(body, "launched_agent_profile", "null");
  setup.older_form = json::bool_at(body, "older_form").value_or(false);
  setup.parent_id = text_at(body, "parent_id");
  setup.created_at = row.created_at;
  return setup;
}

}  // namespace

Result<Loaded> from_row(const storage::ConversationRow& row, const secrets::SealedBox& box) {
  auto body = json::parse(row.body);
  const auto status = status_named(row.status);
  if (!body || !status) return internal("conversation " + row.id + ": the stored row is damaged");
  auto setup = setup_of(row, *body, box);
  if (!setup) return setup.error();
  Loaded loaded;
  loaded.state.setup = make_setup(std::move(*setup), box);
  loaded.state.status = *status;
  loaded.state.confirmation_policy = raw_or(*body, "confirmation_policy", R"({"kind":"NeverConfirm"})");
  loaded.state.security_analyzer = raw_or(*body, "security_analyzer", "null");
  loaded.state.last_user_message_id = json::string_or(*body, "last_user_message_id");
  loaded.state.leaf_event_id = json::string_or(*body, "leaf_event_id");
  loaded.state.title = text_at(*body, "title");
  loaded.state.tags = raw_or(*body, "tags", "{}");
  loaded.state.updated_at = row.updated_at;
  if (const json::Value* stats = json::find(*body, "usage"); stats != nullptr) {
    auto usage = llm::UsageLedger::from_json(*stats);
    if (!usage) return usage.error();
    loaded.usage = std::move(*usage);
    const auto calls = json::parse("[" + row.model_calls + "]");
    for (auto it = calls ? calls->Begin() : nullptr; it != nullptr && it != calls->End(); ++it)
      loaded.usage.restore_calls(*it);
  }
  return loaded;
}

}  // namespace collet::conversation
