#include "api/validation.hpp"

#include <algorithm>
#include <memory>
#include <set>

#include "api/models.hpp"
#include "base/id.hpp"
#include "base/log.hpp"
#include "base/result.hpp"
#include "secrets/json_secrets.hpp"

namespace collet::api {
namespace {

// The names that the contract has for what is no secret; under all others a secret may have been put by
// mistake.
const std::set<std::string_view>& known_names() {
  static const auto& names = *[] {
    auto made = std::make_unique<std::set<std::string_view>>();
    for (const auto models : {named_models(), named_settings_models()})
      for (const Schema* model : models)
        for (const auto& member : members_of(*model))
          if (!secrets::is_secret_name(member.name)) made->insert(member.name);
    made->insert("host");  // of a workspace elsewhere, which is none for us
    return made.release();
  }();
  return names;
}

// Numbers and truth values stay.
void redact_texts(json::Value& value, json::Allocator& allocator) {
  if (value.IsString()) return secrets::redact_all(value, allocator);
  if (value.IsArray())
    for (auto& item : value.GetArray()) redact_texts(item, allocator);
  if (value.IsObject())
    for (auto& member : value.GetObject()) redact_texts(member.value, allocator);
}

void redact_unknown(json::Value& value, json::Allocator& allocator) {
  if (value.IsArray())
    for (auto& item : value.GetArray()) redact_unknown(item, allocator);
  if (!value.IsObject()) return;
  for (auto& member : value.GetObject())
    known_names().contains(json::view(member.name)) ? redact_unknown(member.value, allocator)
                                                    : redact_texts(member.value, allocator);
}

// A text whose place is none of the contract's, or one in the place of an object.
bool may_be_secret(std::string_view type, const Places& where, const json::Value& input) {
  if (!input.IsString() || where.empty() || where.front() != Place(std::string_view("body"))) return false;
  const auto* last = std::get_if<std::string_view>(&where.back());
  return type == "dict_type" || type.starts_with("model_") ||
         (last != nullptr && !known_names().contains(*last));
}

// `is_secret`: what is wrong may be a secret, and has no names that would tell.
std::string echo(const json::Value* input, bool is_secret) {
  if (input == nullptr) return "null";
  json::Document copy;
  auto& allocator = copy.GetAllocator();
  copy.CopyFrom(*input, allocator);
  if (is_secret) {
    secrets::redact_all(copy, allocator);
  } else {
    secrets::redact_echo(copy, allocator);
    redact_unknown(copy, allocator);
  }
  return json::dump(copy);
}

// What is wrong is a secret itself, perhaps with a wrong type, or something in one. Of what is missing the
// input shows what it is missing in.
bool shows_a_secret(std::string_view type, const Places& where) {
  const auto end = type == "missing" && !where.empty() ? where.end() - 1 : where.end();
  return std::any_of(where.begin(), end, [](const Place& place) {
    const auto* name = std::get_if<std::string_view>(&place);
    return name != nullptr && secrets::is_secret_name(*name);
  });
}

// The value of a secret: {"name": …, "value": …}; or a token in place of credentials, {"auth": …}.
bool is_value(std::string_view type, const Places& where) {
  const auto* last = where.empty() ? nullptr : std::get_if<std::string_view>(&where.back());
  return type != "missing" && last != nullptr && (*last == "value" || *last == "auth");
}

// A secret under a name that we don't know: headers that are called "header".
bool is_unknown(std::string_view type, const json::Value* input) {
  return type == "extra_forbidden" && input != nullptr && !input->IsNumber() && !input->IsBool();
}

// Where an object was expected, and something else came.
bool is_whole_body(const Places& where, const json::Value* input) {
  return where.size() == 1 && input != nullptr && !input->IsObject();
}

std::string listed(std::string_view choices) {
  std::string text;
  for_each_choice(choices, [&](std::string_view choice) {
    const bool last = choice.data() + choice.size() == choices.data() + choices.size();
    if (!text.empty()) text += last ? " or " : ", ";
    text += "'" + std::string(choice) + "'";
  });
  return text;
}

bool labelled_as_other(const http::Request& request) {
  const auto type = request.header("content-type");
  if (!type || type->empty()) return false;
  const auto plain = type->substr(0, type->find(';'));
  return plain.find("json") == std::string_view::npos;
}

}  // namespace

bool is_choice(std::string_view choices, std::string_view text) {
  bool found = false;
  for_each_choice(choices, [&](std::string_view choice) { found = found || choice == text; });
  return found;
}

void Validation::add(std::string_view type, const Places& where, std::string_view message,
                     const json::Value* input) {
  json::Writer w;
  w.object().member("type", type).key("loc").array();
  for (const auto& place : where) {
    if (const auto* name = std::get_if<std::string_view>(&place); name != nullptr)
      w.value(*name);
    else
      w.value(std::get<int>(place));
  }
  const bool is_secret = is_value(type, where) || is_whole_body(where, input) || is_unknown(type, input) ||
                         (input != nullptr && may_be_secret(type, where, *input));
  w.end()
      .member("msg", message)
      .raw_member("input", shows_a_secret(type, where) ? "\"<redacted>\"" : echo(input, is_secret))
      .end();
  errors_ += (errors_.empty() ? "" : ",") + w.take();
}

void Validation::add(const Validation& other) {
  if (!other.ok()) errors_ += (errors_.empty() ? "" : ",") + other.errors_;
}

void Validation::not_one_of(std::string_view type, const Places& where, std::string_view choices,
                            const json::Value* input) {
  add(type, where, "Input should be " + listed(choices), input);
}

void Validation::not_a_uuid(const Places& where, std::string_view text) {
  const json::Value input(rapidjson::StringRef(text.data(), static_cast<rapidjson::SizeType>(text.size())));
  add("uuid_parsing", where, "Input should be a valid UUID", &input);
}

http::Response Validation::response() const {
  return http::Response::json("{\"detail\":[" + errors_ + "]}", 422);
}

Body read_json(const http::Request& request) {
  Body body;
  Validation validation;
  if (labelled_as_other(request)) {
    body.refusal = http::Response::error(415, "The body must be JSON (Content-Type: application/json)");
    return body;
  }
  if (request.body.empty()) {
    validation.missing({"body"}, nullptr);
    body.refusal = validation.response();
    return body;
  }
  json::ParseError error;
  body.value = json::parse(request.body, &error);
  if (!body.value) {
    const json::Value nothing(rapidjson::kObjectType);
    validation.add("json_invalid", {"body", static_cast<int>(error.offset)}, "JSON decode error", &nothing);
    body.refusal = validation.response();
  }
  return body;
}

http::Response to_response(const Error& error) {
  switch (error.kind) {
    case Error::Kind::kInvalid:
      return http::Response::error(422, error.message);
    case Error::Kind::kNotFound:
      return http::Response::error(404, error.message);
    case Error::Kind::kConflict:
      return http::Response::error(409, error.message);
    case Error::Kind::kUnavailable:
      return http::Response::error(503, error.message);
    case Error::Kind::kInternal:
      break;
  }
  const std::string error_id = without_dashes(new_uuid());
  log::error("api", "error_id " + error_id + ": " + error.message);
  json::Writer w;
  w.object().member("detail", "Internal Server Error").member("error_id", error_id).end();
  return http::Response::json(w.take(), 500);
}

}  // namespace collet::api
