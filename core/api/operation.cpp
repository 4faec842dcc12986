#include "api/operation.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>

#include "api/models.hpp"
#include "base/id.hpp"

namespace collet::api {
namespace {

json::Value borrowed(std::string_view text) {
  return json::Value(rapidjson::StringRef(text.data(), static_cast<rapidjson::SizeType>(text.size())));
}

std::optional<std::int64_t> to_integer(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

// The operationId as the contract forms it.
std::string id_of(const Operation& operation, std::string_view method, std::string_view pattern) {
  std::string id = std::string(operation.name) + std::string(pattern);
  for (char& c : id)
    if (std::isalnum(static_cast<unsigned char>(c)) == 0) c = '_';
  id += '_';
  for (const char c : method) id += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return id;
}

std::string_view name_of(Parameter::In in) {
  switch (in) {
    case Parameter::In::kQuery:
      return "query";
    case Parameter::In::kHeader:
      return "header";
    case Parameter::In::kPath:
      return "path";
  }
  return {};
}

void write_content(const Schema* schema, std::string_view type, json::Writer& writer) {
  writer.key("content").object().key(type).object();
  describe(schema == nullptr ? anything() : *schema, writer.key("schema"));
  writer.end().end();
}

void write_parameters(const Operation& operation, json::Writer& writer) {
  if (operation.parameters.empty()) return;
  writer.key("parameters").array();
  for (const auto& parameter : operation.parameters) {
    writer.object().member("name", parameter.name).member("in", name_of(parameter.in));
    writer.member("required", parameter.required || parameter.in == Parameter::In::kPath);
    describe(parameter.schema, writer.key("schema"));
    writer.end();
  }
  writer.end();
}

void write_answers(const Operation& operation, json::Writer& writer) {
  writer.key("responses").object();
  const auto write = [&](int status) {
    writer.key(std::to_string(status)).object().member("description", meaning_of(status));
    if (status < 300 && status != 204) write_content(operation.answer, operation.answer_type, writer);
    writer.end();
  };
  write(operation.status);
  for (const int status : operation.others) write(status);
  if (!operation.parameters.empty()) write(422);
  writer.end();
}

}  // namespace

std::string describe(const Operation& operation, std::string_view method, std::string_view pattern) {
  json::Writer writer;
  writer.object().key("tags").array().value(operation.tag).end();
  writer.member("summary", operation.summary).member("operationId", id_of(operation, method, pattern));
  write_parameters(operation, writer);
  if (operation.body != nullptr) {
    writer.key("requestBody").object().member("required", true);
    write_content(operation.body, "application/json", writer);
    writer.end();
  }
  write_answers(operation, writer);
  if (!operation.key.empty())
    writer.key("security").array().object().key(operation.key).array().end().end().end();
  writer.end();
  return writer.take();
}

std::string_view meaning_of(int status) {
  switch (status) {
    case 200:
      return "Done";
    case 201:
      return "Made";
    case 204:
      return "Done, there is nothing to say";
    case 304:
      return "Not changed";
    case 400:
      return "This cannot be done";
    case 401:
      return "No session key, or a wrong one";
    case 404:
      return "There is no such thing";
    case 409:
      return "Not in this state";
    case 413:
      return "The body is too large";
    case 415:
      return "The body is labelled as something else than JSON";
    case 422:
      return "The body or a parameter is wrong";
    case 503:
      return "Not now";
    default:
      return "See the text";
  }
}

std::int64_t read_integer(const http::Request& request, const Parameter& parameter, Validation& validation) {
  const auto text = request.query_value(parameter.name);
  const auto fallback = to_integer(parameter.schema.initial).value_or(0);
  if (!text) return fallback;
  const json::Value input = borrowed(*text);
  const auto number = to_integer(*text);
  if (number)
    check_bounds(parameter.schema, static_cast<double>(*number), {"query", parameter.name}, &input,
                 validation);
  else
    validation.add("int_parsing", {"query", parameter.name}, "Input should be a valid integer", &input);
  return number.value_or(fallback);
}

std::string read_text(const http::Request& request, const Parameter& parameter, Validation& validation) {
  const auto text = request.query_value(parameter.name);
  const std::string_view initial = parameter.schema.initial;
  if (!text) return std::string(initial.size() < 2 ? "" : initial.substr(1, initial.size() - 2));
  if (parameter.schema.form == Form::kChoice && !is_choice(parameter.schema.choices, *text)) {
    const json::Value input = borrowed(*text);
    validation.not_one_of("enum", {"query", parameter.name}, parameter.schema.choices, &input);
  }
  return std::string(*text);
}

std::optional<Micros> read_moment(const http::Request& request, const Parameter& parameter,
                                  Validation& validation) {
  const auto text = request.query_value(parameter.name);
  if (!text) return std::nullopt;
  const auto moment = parse_timestamp(*text);
  const json::Value input = borrowed(*text);
  if (!moment)
    validation.add("datetime_from_date_parsing", {"query", parameter.name},
                   "Input should be a valid datetime or date", &input);
  return moment;
}

bool read_yes_no(const http::Request& request, const Parameter& parameter, Validation& validation) {
  const auto text = request.query_value(parameter.name);
  if (!text) return parameter.schema.initial == "true";
  std::string lower(*text);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  if (is_choice("true|1|yes|on|t|y", lower)) return true;
  const json::Value input = borrowed(*text);
  if (!is_choice("false|0|no|off|f|n", lower))
    validation.add("bool_parsing", {"query", parameter.name}, "Input should be a valid boolean", &input);
  return false;
}

std::vector<std::string> read_uuids(const http::Request& request, const Parameter& parameter,
                                    Validation& validation) {
  std::vector<std::string> ids;
  int index = 0;
  for (const auto& [name, value] : request.query) {
    if (name != parameter.name) continue;
    if (auto id = parse_uuid(value))
      ids.push_back(std::move(*id));
    else
      validation.not_a_uuid({"query", parameter.name, index}, value);
    ++index;
  }
  if (index == 0) validation.missing({"query", parameter.name}, nullptr);
  return ids;
}

}  // namespace collet::api
