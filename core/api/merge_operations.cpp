#include "api/merge_operations.hpp"

#include <utility>

namespace collet::api {
namespace {

constexpr std::string_view kJson = "application/json";

// Schemas that others are forms of.
const json::Value* forms_of(const json::Value& schema) {
  return schema.IsObject() && schema.MemberCount() == 1 ? json::find(schema, "anyOf") : nullptr;
}

// What fits one of two schemas.
json::Value either(const json::Value& one, const json::Value& other, json::Allocator& allocator) {
  json::Value forms(rapidjson::kArrayType);
  if (const json::Value* several = forms_of(one); several != nullptr)
    forms = json::copy(*several, allocator);
  else
    forms.PushBack(json::copy(one, allocator), allocator);
  for (const auto& form : forms.GetArray())
    if (form == other) return json::copy(one, allocator);
  forms.PushBack(json::copy(other, allocator), allocator);
  json::Value schema(rapidjson::kObjectType);
  json::set(schema, "anyOf", std::move(forms), allocator);
  return schema;
}

// The member, an object, made where it is missing.
json::Value& member(json::Value& object, std::string_view name, json::Allocator& allocator) {
  if (json::find(object, name) == nullptr)
    json::set(object, name, json::Value(rapidjson::kObjectType), allocator);
  return *json::find(object, name);
}

// Media types with their schemas; one without a schema is anything.
void merge_content(json::Value& content, const json::Value& more, json::Allocator& allocator) {
  for (const auto& [name, media] : more.GetObject()) {
    json::Value* mine = json::find(content, json::view(name));
    if (mine == nullptr) {
      json::set(content, json::view(name), json::copy(media, allocator), allocator);
      continue;
    }
    json::Value* schema = json::find(*mine, "schema");
    const json::Value* other = json::find(media, "schema");
    if (schema == nullptr) continue;
    if (other == nullptr)
      json::remove(*mine, "schema");
    else
      json::set(*mine, "schema", either(*schema, *other, allocator), allocator);
  }
}

void merge_content_of(json::Value& mine, const json::Value& more, json::Allocator& allocator) {
  if (const json::Value* content = json::find(more, "content"); content != nullptr)
    merge_content(member(mine, "content", allocator), *content, allocator);
}

void merge_answers(json::Value& operation, const json::Value& more, json::Allocator& allocator) {
  const json::Value* others = json::find(more, "responses");
  if (others == nullptr) return;
  json::Value& answers = member(operation, "responses", allocator);
  for (const auto& [status, answer] : others->GetObject()) {
    json::Value* mine = json::find(answers, json::view(status));
    if (mine == nullptr)
      json::set(answers, json::view(status), json::copy(answer, allocator), allocator);
    else
      merge_content_of(*mine, answer, allocator);
  }
}

void merge_parameters(json::Value& operation, const json::Value& more, json::Allocator& allocator) {
  const json::Value* others = json::find(more, "parameters");
  if (others == nullptr) return;
  if (json::find(operation, "parameters") == nullptr)
    json::set(operation, "parameters", json::Value(rapidjson::kArrayType), allocator);
  json::Value& parameters = *json::find(operation, "parameters");
  const auto is_there = [&](const json::Value& one) {
    for (const auto& parameter : parameters.GetArray())
      if (json::string_at(parameter, "name") == json::string_at(one, "name") &&
          json::string_at(parameter, "in") == json::string_at(one, "in"))
        return true;
    return false;
  };
  for (const auto& one : others->GetArray())
    if (json::string_at(one, "in") != "path" && !is_there(one))
      parameters.PushBack(json::copy(one, allocator), allocator);
}

json::Value names(const std::vector<std::string>& from, json::Allocator& allocator) {
  json::Value list(rapidjson::kArrayType);
  for (const auto& name : from) list.PushBack(json::text(name, allocator), allocator);
  return list;
}

// The schema of the bodies for which a rule holds, as far as JSON Schema goes.
json::Value schema_of(const http::BodyRule& rule, json::Allocator& allocator) {
  json::Value schema(rapidjson::kObjectType), properties(rapidjson::kObjectType);
  json::set(schema, "type", "object", allocator);
  for (const auto* list : {&rule.has, &rule.any})
    for (const auto& name : *list)
      json::set(properties, name, json::Value(rapidjson::kObjectType), allocator);
  json::set(schema, "properties", std::move(properties), allocator);
  if (!rule.has.empty()) json::set(schema, "required", names(rule.has, allocator), allocator);
  return schema;
}

// Of an alternative that says nothing.
json::Value content_of(const http::BodyRule& rule, json::Allocator& allocator) {
  json::Value media(rapidjson::kObjectType), content(rapidjson::kObjectType);
  json::set(media, "schema", schema_of(rule, allocator), allocator);
  json::set(content, kJson, std::move(media), allocator);
  return content;
}

}  // namespace

void merge_alternative(json::Value& operation, const http::Route& alternative, json::Allocator& allocator) {
  const auto said = json::parse(alternative.operation);
  json::Value* body = json::find(operation, "requestBody");
  if (alternative.when.nothing && body != nullptr)
    json::set(*body, "required", json::Value(false), allocator);
  if (said && said->IsObject()) {
    if (const json::Value* more = json::find(*said, "requestBody"); more != nullptr)
      merge_content_of(member(operation, "requestBody", allocator), *more, allocator);
    merge_answers(operation, *said, allocator);
    merge_parameters(operation, *said, allocator);
  } else if (!alternative.when.nothing) {
    merge_content(member(member(operation, "requestBody", allocator), "content", allocator),
                  content_of(alternative.when, allocator), allocator);
  }
}

}  // namespace collet::api
