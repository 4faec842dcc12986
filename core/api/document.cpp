#include "api/document.hpp"

#include <cctype>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "api/merge_operations.hpp"
#include "api/models.hpp"
#include "api/operation.hpp"
#include "collet/json.hpp"

namespace collet::api {
namespace {

constexpr std::string_view kReference = "#/components/schemas/";

constexpr std::string_view kAnyAnswer =
    " Every operation may also answer 400 (a malformed path or head), 403 (a foreign host or page), 408, "
    "500 and 503 (too much to do).";

// "/files/{path...}" -> "/files/{path}", as OpenAPI has it.
std::string path_of(std::string_view pattern) {
  std::string path(pattern);
  if (const auto dots = path.find("...}"); dots != std::string::npos) path.erase(dots, 3);
  return path;
}

std::vector<std::string> parameters_in(std::string_view path) {
  std::vector<std::string> names;
  for (auto open = path.find('{'); open != std::string_view::npos; open = path.find('{', open + 1))
    names.emplace_back(path.substr(open + 1, path.find('}', open) - open - 1));
  return names;
}

// "/files/{path}" -> "/files/{}"
std::string shape_of(const std::string& path) {
  std::string shape;
  bool inside = false;
  for (const char c : path) {
    if (c == '}') inside = false;
    if (!inside) shape += c;
    if (c == '{') inside = true;
  }
  return shape;
}

std::string lower(std::string_view text) {
  std::string out;
  for (const char c : text) out += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

// "GET /api/weather/{city}" -> "get_api_weather_city": no two routes have the same.
std::string plain_id(const http::Route& route) {
  std::string id = lower(route.method);
  for (const char c : path_of(route.pattern)) {
    const bool plain = std::isalnum(static_cast<unsigned char>(c)) != 0;
    if (plain)
      id += c;
    else if (c != '}')
      id += '_';
  }
  return id;
}

// Makes whole what routes say of themselves.
class Operations {
 public:
  explicit Operations(json::Allocator& allocator) : allocator_(allocator) {}

  /// `path`: under which it stands, which may call its parameters otherwise than the route does.
  json::Value complete(const http::Route& route, const std::string& path) {
    json::Value operation(rapidjson::kObjectType);
    if (auto said = json::parse(route.operation); said && said->IsObject())
      operation = json::copy(*said, allocator_);
    if (json::find(operation, "tags") == nullptr) {
      json::Value tags(rapidjson::kArrayType);
      tags.PushBack(json::text(route.owner, allocator_), allocator_);
      json::set(operation, "tags", std::move(tags), allocator_);
    }
    name(operation, route);
    rename_path_parameters(operation, path_of(route.pattern), path);
    add_path_parameters(operation, path);
    add_first_answer(operation);
    for (const auto& other : route.alternatives) merge_alternative(operation, *other.route, allocator_);
    add_refusals(operation, route);
    complete_answers(operation);
    add_security(operation, route);
    return operation;
  }

 private:
  void name(json::Value& operation, const http::Route& route) {
    std::string id = json::string_or(operation, "operationId");
    if (id.empty() || !ids_.insert(id).second) {
      id = plain_id(route);
      while (!ids_.insert(id).second) id += '_';
    }
    json::set(operation, "operationId", id, allocator_);
  }

  static void rename(json::Value& parameters, const std::string& from, const std::string& to,
                     json::Allocator& allocator) {
    for (auto& parameter : parameters.GetArray())
      if (json::string_at(parameter, "name") == from && json::string_at(parameter, "in") == "path")
        json::set(parameter, "name", to, allocator);
  }

  void rename_path_parameters(json::Value& operation, const std::string& from, const std::string& to) {
    json::Value* parameters = json::find(operation, "parameters");
    if (parameters == nullptr || from == to) return;
    const auto old_names = parameters_in(from), new_names = parameters_in(to);
    for (std::size_t i = 0; i < old_names.size(); ++i)
      rename(*parameters, old_names[i], new_names[i], allocator_);
  }

  void add_path_parameters(json::Value& operation, const std::string& path) {
    const auto names = parameters_in(path);
    if (names.empty()) return;
    if (json::find(operation, "parameters") == nullptr)
      json::set(operation, "parameters", json::Value(rapidjson::kArrayType), allocator_);
    json::Value& parameters = *json::find(operation, "parameters");
    for (const auto& name : names) {
      bool there = false;
      for (auto& parameter : parameters.GetArray()) {
        if (json::string_at(parameter, "name") != name || json::string_at(parameter, "in") != "path")
          continue;
        json::set(parameter, "required", json::Value(true), allocator_);
        there = true;
      }
      if (there) continue;
      json::Value schema(rapidjson::kObjectType), parameter(rapidjson::kObjectType);
      json::set(schema, "type", "string", allocator_);
      json::set(parameter, "name", name, allocator_);
      json::set(parameter, "in", "path", allocator_);
      json::set(parameter, "required", json::Value(true), allocator_);
      json::set(parameter, "schema", std::move(schema), allocator_);
      parameters.PushBack(parameter, allocator_);
    }
  }

  void add_first_answer(json::Value& operation) {
    if (json::find(operation, "responses") == nullptr)
      json::set(operation, "responses", json::Value(rapidjson::kObjectType), allocator_);
    json::Value& answers = *json::find(operation, "responses");
    if (answers.MemberCount() == 0) answer(answers, 200);
  }

  // What the server itself answers to a missing key and to bodies that cannot be read.
  void add_refusals(json::Value& operation, const http::Route& route) {
    json::Value& answers = *json::find(operation, "responses");
    if (route.access != http::Access::kPublic) answer(answers, 401);
    const json::Value* body = json::find(operation, "requestBody");
    if (body == nullptr) return;
    answer(answers, 413);
    if (json::at(*body, {"content", "application/json"}) == nullptr) return;
    answer(answers, 415);
    answer(answers, 422);
  }

  void complete_answers(json::Value& operation) {
    for (auto& [code, said] : json::find(operation, "responses")->GetObject()) {
      const int status = std::atoi(code.GetString());
      if (json::find(said, "description") == nullptr)
        json::set(said, "description", meaning_of(status), allocator_);
      if (status >= 400 && json::find(said, "content") == nullptr)
        json::set(said, "content", json::copy(status == 422 ? *mistakes_ : *failure_, allocator_),
                  allocator_);
    }
  }

  void add_security(json::Value& operation, const http::Route& route) {
    if (route.access == http::Access::kPublic) return;
    json::Value ways(rapidjson::kArrayType);
    add_way(ways, "APIKeyHeader");
    if (route.access == http::Access::kWorkspace) add_way(ways, "APIKeyCookie");
    if (route.access == http::Access::kBearer) add_way(ways, "HTTPBearer");
    json::set(operation, "security", std::move(ways), allocator_);
  }

  void add_way(json::Value& ways, std::string_view scheme) {
    json::Value way(rapidjson::kObjectType);
    json::set(way, scheme, json::Value(rapidjson::kArrayType), allocator_);
    ways.PushBack(way, allocator_);
  }

  // Unless it is there.
  void answer(json::Value& answers, int status) {
    if (json::find(answers, std::to_string(status)) != nullptr) return;
    json::Value one(rapidjson::kObjectType);
    json::set(one, "description", meaning_of(status), allocator_);
    json::set(answers, std::to_string(status), std::move(one), allocator_);
  }

  json::Allocator& allocator_;
  std::set<std::string> ids_;
  // The common form of errors, for answers that say nothing else of themselves.
  const std::optional<json::Document> failure_ = json::parse(
      R"({"application/json":{"schema":{"type":"object","required":["detail"],"properties":{"detail":{}}}}})");
  const std::optional<json::Document> mistakes_ =
      json::parse(R"({"application/json":{"schema":{"$ref":"#/components/schemas/HTTPValidationError"}}})");
};

std::string paths_of(const http::Router& router) {
  json::Document paths(rapidjson::kObjectType);
  auto& allocator = paths.GetAllocator();
  Operations operations(allocator);
  std::map<std::string, std::string> by_shape;  // "/a/{b}" and "/a/{c}" are one path
  for (const auto& route : router.routes()) {
    const std::string own = path_of(route->pattern);
    const std::string path = by_shape.emplace(shape_of(own), own).first->second;
    if (json::find(paths, path) == nullptr)
      json::set(paths, path, json::Value(rapidjson::kObjectType), allocator);
    json::set(*json::find(paths, path), lower(route->method), operations.complete(*route, path), allocator);
  }
  return json::dump(paths);
}

// They are not part of OpenAPI.
std::string sockets_of(const http::Router& router) {
  std::string text;
  for (const auto& socket : router.sockets())
    text += (text.empty() ? " WebSockets: " : ", ") + socket->pattern;
  return text.empty() ? text : text + ".";
}

// Null: there is none.
const Schema* model_named(std::string_view name) {
  for (const auto models : {named_models(), named_settings_models()})
    for (const Schema* model : models)
      if (model->name == name) return model;
  return nullptr;
}

// What `text` refers to, and what that refers to.
std::map<std::string, std::string> schemas_for(const std::string& text) {
  std::map<std::string, std::string> found;
  std::vector<std::string> texts = {text};
  while (!texts.empty()) {
    const std::string one = std::move(texts.back());
    texts.pop_back();
    for (auto at = one.find(kReference); at != std::string::npos; at = one.find(kReference, at + 1)) {
      const auto begin = at + kReference.size();
      const std::string name = one.substr(begin, one.find('"', begin) - begin);
      if (found.contains(name)) continue;
      const Schema* model = model_named(name);
      if (model == nullptr) continue;
      json::Writer writer;
      describe_in_full(*model, writer);
      texts.push_back(found[name] = writer.take());
    }
  }
  return found;
}

}  // namespace

std::string make_document(const http::Router& router, std::string_view version,
                          std::string_view collet_version) {
  const std::string paths = paths_of(router);
  json::Writer w;
  w.object().member("openapi", "3.1.0");
  w.key("info").object().member("title", "Collet").member("version", version);
  w.member("description", "Collet " + std::string(collet_version) + ", an agent server." +
                              sockets_of(router) + std::string(kAnyAnswer))
      .end();
  w.raw_member("paths", paths);
  w.key("components").object().key("schemas").object();
  for (const auto& [name, schema] : schemas_for(paths)) w.raw_member(name, schema);
  w.end();
  w.key("securitySchemes").object().key("APIKeyHeader").object();
  w.member("type", "apiKey").member("in", "header").member("name", "X-Session-API-Key").end();
  w.key("APIKeyCookie").object();
  w.member("type", "apiKey").member("in", "cookie").member("name", "oh_workspace_session_key").end();
  w.key("InitAPIKeyHeader").object();
  w.member("type", "apiKey").member("in", "header").member("name", "X-Init-API-Key").end();
  w.key("HTTPBearer").object().member("type", "http").member("scheme", "bearer").end();
  w.end().end().end();
  return w.take();
}

}  // namespace collet::api
