#include "connection_routes.hpp"

#include <algorithm>
#include <string>

#include "collet/problems.hpp"
#include "collet/web_address.hpp"
#include "operations.hpp"

namespace collet::profiles {
namespace {

constexpr std::size_t kMostName = 128, kMostUrl = 2048;  // characters
constexpr std::string_view kMembers[] = {"display_name", "provider", "api_key", "base_url"};

std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

// Reads the members of a connection and notes what is wrong.
class Reader {
 public:
  explicit Reader(const json::Value& body) : body_(body) {}

  const json::Value* find(const std::string& name) const { return json::find(body_, name); }

  std::optional<std::string> text(const std::string& name, std::size_t most) {
    const json::Value* value = find(name);
    if (value == nullptr || value->IsNull()) return std::nullopt;
    if (!value->IsString()) {
      problems.add("string_type", {"body", name}, "Input should be a valid string", json::dump(*value));
      return std::nullopt;
    }
    const std::string text(json::view(*value));
    if (text.empty())
      problems.add("string_too_short", {"body", name}, "String should have at least 1 character", "\"\"");
    else if (characters(text) > most)
      problems.add("string_too_long", {"body", name},
                   "String should have at most " + std::to_string(most) + " characters", json::dump(*value));
    return text;
  }
  // Never shown, whatever is wrong with it.
  std::optional<std::string> key() {
    const json::Value* value = find("api_key");
    if (value == nullptr || value->IsNull()) return std::nullopt;
    if (!value->IsString()) {
      problems.add("string_type", {"body", "api_key"}, "Input should be a valid string", "\"<redacted>\"");
      return std::nullopt;
    }
    if (value->GetStringLength() == 0)
      problems.add("too_short", {"body", "api_key"},
                   "Value should have at least 1 item after validation, not 0", "\"\"");
    return std::string(json::view(*value));
  }
  std::optional<std::string> url() {
    const json::Value* value = find("base_url");
    if (value == nullptr || value->IsNull()) return std::nullopt;
    if (value->IsString() && value->GetStringLength() == 0) return std::string();
    if (value->IsString() && !is_base_url(json::view(*value))) {
      problems.add("value_error", {"body", "base_url"},
                   "Value error, must be an http or https URL without a user or password in it",
                   "\"<redacted>\"");
      return std::nullopt;
    }
    return text("base_url", kMostUrl);
  }
  void no_others() {
    for (const auto& member : body_.GetObject()) {
      const auto name = json::view(member.name);
      if (std::find(std::begin(kMembers), std::end(kMembers), name) != std::end(kMembers)) continue;
      const bool harmless = member.value.IsNumber() || member.value.IsBool() || member.value.IsNull();
      problems.add("extra_forbidden", {"body", std::string(name)}, "Extra inputs are not permitted",
                   harmless ? json::dump(member.value) : "\"<redacted>\"");
    }
  }
  // A null where there must be a text.
  void not_null(const std::string& name) {
    const json::Value* value = find(name);
    if (value != nullptr && value->IsNull())
      problems.add("string_type", {"body", name}, "Input should be a valid string", "null");
  }
  void required(const std::string& name) {
    if (find(name) == nullptr)
      problems.missing({"body", name}, body_.MemberCount() == 0 ? "{}" : "\"<redacted>\"");
  }

  Problems problems;

 private:
  const json::Value& body_;
};

ConnectionChange read(Reader& reader) {
  ConnectionChange change;
  change.display_name = reader.text("display_name", kMostName);
  change.provider = reader.text("provider", kMostName);
  change.api_key = reader.key();
  change.changes_base_url = reader.find("base_url") != nullptr;
  change.base_url = reader.url();
  return change;
}

ConnectionChange read_new(const Request& request) {
  const auto body = read_object(request);
  Reader reader(body);
  reader.required("display_name");
  reader.required("api_key");
  for (const auto name : {"display_name", "provider", "api_key"}) reader.not_null(name);
  auto given = read(reader);
  reader.no_others();
  reader.problems.check();
  return given;
}

// Only the address may be taken away.
void check_nulls(const json::Value& body) {
  for (const auto name : {"display_name", "provider"}) {
    const auto* value = json::find(body, name);
    if (value == nullptr || !value->IsNull()) continue;
    json::Document shown;
    shown.CopyFrom(body, shown.GetAllocator());
    if (auto* key = json::find(shown, "api_key"); key != nullptr)
      json::set(shown, "api_key", std::string_view("<redacted>"), shown.GetAllocator());
    Problems problems;
    problems.add("value_error", {"body"}, "Value error, " + std::string(name) + " cannot be set to null",
                 json::dump(shown));
    problems.check();
  }
}

ConnectionChange read_change(const Request& request) {
  const auto body = read_object(request);
  Reader reader(body);
  auto change = read(reader);
  reader.no_others();
  reader.problems.check();
  check_nulls(body);
  if (const auto* key = reader.find("api_key"); key != nullptr && key->IsNull())
    throw Refusal(422, "api_key cannot be cleared; provide a new key to rotate it");
  if (change.empty()) throw Refusal(422, "Provide at least one provider connection field to update");
  return change;
}

}  // namespace

void add_connection_routes(Setup& setup, Connections& connections) {
  const std::string base = "/api/llm/provider-connections", one = base + "/{connection_id}";
  const auto id_of = [](const Request& request) { return std::string(request.param("connection_id")); };
  setup.get(base, answering([&connections](const Request&) { return Response::json(connections.list()); }),
            operations::list_connections());
  setup.post(base, answering([&connections](const Request& request) {
               return Response::json(connections.create(read_new(request)), 201);
             }),
             operations::create_connection());
  setup.patch(one, answering([&connections, id_of](const Request& request) {
                return Response::json(connections.change(id_of(request), read_change(request)));
              }),
              operations::update_connection());
  setup.del(one, answering([&connections, id_of](const Request& request) {
              return Response::json(connections.remove(id_of(request)));
            }),
            operations::delete_connection());
}

}  // namespace collet::profiles
