#include "connections.hpp"

#include <chrono>

#include "collet/http.hpp"
#include "ids.hpp"
#include "llm_form.hpp"

namespace collet::profiles {
namespace {

std::int64_t now_seconds() {
  using namespace std::chrono;
  return duration_cast<seconds>(system_clock::now().time_since_epoch()).count();
}

[[noreturn]] void no_such_connection(const std::string& id) {
  throw Refusal(404, "Provider connection '" + id + "' not found");
}

void write(json::Writer& w, std::string_view id, const json::Value& connection, bool api_key_set) {
  w.object().member("id", id);
  for (const auto name : {"display_name", "provider"}) w.key(name).value(*json::find(connection, name));
  w.member("base_url", shown_address(connection));
  for (const auto name : {"created_at", "updated_at"}) w.key(name).value(*json::find(connection, name));
  w.member("api_key_set", api_key_set).end();
}

std::string shown(const std::string& id, const json::Value& connection, bool api_key_set) {
  json::Writer w;
  write(w, id, connection, api_key_set);
  return w.take();
}

void apply(json::Value& connection, const ConnectionChange& change, json::Allocator& allocator) {
  const auto set = [&](std::string_view name, const std::optional<std::string>& text) {
    if (text) json::set(connection, name, *text, allocator);
  };
  set("display_name", change.display_name);
  set("provider", change.provider);
  set("api_key", change.api_key);
  if (change.changes_base_url)
    json::set(connection, "base_url",
              change.base_url ? json::text(*change.base_url, allocator) : json::Value(), allocator);
  json::set(connection, "updated_at", json::Value(now_seconds()), allocator);
}

// Who refers to it, for people; empty: nobody.
std::string referrers(const json::Document& state, const json::Value& settings, const std::string& id) {
  std::string profiles;
  const auto& llms = part(state, kLlmProfiles);
  for (const auto& name : sorted_keys(llms))
    if (json::string_at(*json::find(llms, name), "provider_connection_id") == id)
      profiles += (profiles.empty() ? "" : ", ") + name;
  std::string text = profiles.empty() ? "" : "referenced by LLM profile(s): " + profiles;
  const auto* live = json::at(settings, {"agent_settings", "llm"});
  if (live != nullptr && json::string_at(*live, "provider_connection_id") == id)
    text += std::string(text.empty() ? "" : " and ") + "referenced by the active agent settings";
  return text;
}

}  // namespace

std::string Connections::list() const {
  const auto state = state_.read();
  json::Writer w;
  w.array();
  for (const auto& entry : part(state, kConnections).GetObject())
    write(w, json::view(entry.name), entry.value, has_key(entry.value));
  w.end();
  return w.take();
}

// A key as settings and profiles show it with X-Expose-Secrets: encrypted is the key that is in it.
ConnectionChange Connections::with_plain_key(ConnectionChange given) const {
  if (!given.api_key) return given;
  json::Writer w;
  w.object().member("api_key", given.api_key).end();
  const auto plain = json::parse(host_.management().show_secrets(w.take(), SecretsAs::kPlain));
  given.api_key = json::string_or(*plain, "api_key");
  return given;
}

std::string Connections::create(const ConnectionChange& sent) {
  const auto given = with_plain_key(sent);
  const std::string id = without_dashes(new_uuid());
  std::string answer;
  state_.change([&](json::Document& state) {
    auto& allocator = state.GetAllocator();
    json::Value connection(rapidjson::kObjectType);
    json::set(connection, "provider", std::string_view("custom"), allocator);
    json::set(connection, "base_url", json::Value(), allocator);
    json::set(connection, "created_at", json::Value(now_seconds()), allocator);
    apply(connection, given, allocator);
    answer = shown(id, connection, has_key(connection));
    put_entry(state, kConnections, id, std::move(connection), kMostConnections,
              "Provider connection limit reached (64). Delete one before adding another.",
              "A provider connection");
  });
  return answer;
}

std::string Connections::change(const std::string& id, const ConnectionChange& sent) {
  const auto change = with_plain_key(sent);
  std::string answer;
  state_.change([&](json::Document& state) {
    json::Value* connection = json::find(part(state, kConnections), id);
    if (connection == nullptr) no_such_connection(id);
    apply(*connection, change, state.GetAllocator());
    answer = shown(id, *connection, has_key(*connection));
  });
  return answer;
}

std::string Connections::remove(const std::string& id) {
  const auto settings = json::parse(host_.settings().document());
  std::string answer;
  state_.change([&](json::Document& state) {
    const json::Value* connection = json::find(part(state, kConnections), id);
    if (connection == nullptr) no_such_connection(id);
    if (const auto why = referrers(state, *settings, id); !why.empty())
      throw Refusal(409, "Provider connection cannot be deleted while it is " + why +
                             ". Update those references before deleting it.");
    answer = shown(id, *connection, false);
    json::remove(part(state, kConnections), id);
  });
  return answer;
}

}  // namespace collet::profiles
