#include "api/schema.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>

#include "base/id.hpp"

namespace collet::api {
namespace {

Places below(Places where, Place place) {
  where.push_back(place);
  return where;
}

std::string shown(double number) { return std::to_string(static_cast<std::int64_t>(number)); }

std::string characters(double count) { return shown(count) + (count == 1 ? " character" : " characters"); }

void check_length(const Schema& schema, const json::Value& value, const Places& where,
                  Validation& validation) {
  const auto length = static_cast<double>(value.GetStringLength());
  if (length < schema.least)
    validation.add("string_too_short", where, "String should have at least " + characters(schema.least),
                   &value);
  else if (length > schema.most)
    validation.add("string_too_long", where, "String should have at most " + characters(schema.most), &value);
}

void check_text(const Schema& schema, const json::Value& value, const Places& where, Validation& validation) {
  if (schema.form == Form::kChoice) {
    if (!value.IsString() || !is_choice(schema.choices, json::view(value)))
      validation.not_one_of("literal_error", where, schema.choices, &value);
  } else if (schema.form == Form::kUuid) {
    if (!value.IsString() || !parse_uuid(json::view(value)))
      validation.add("uuid_parsing", where, "Input should be a valid UUID", &value);
  } else if (!value.IsString()) {
    validation.add("string_type", where, "Input should be a valid string", &value);
  } else {
    check_length(schema, value, where, validation);
  }
}

void check_number(const Schema& schema, const json::Value& value, const Places& where,
                  Validation& validation) {
  const bool whole = schema.form == Form::kInteger;
  if (whole ? !value.IsInt64() : !value.IsNumber())
    return validation.add(whole ? "int_type" : "float_type", where,
                          whole ? "Input should be a valid integer" : "Input should be a valid number",
                          &value);
  check_bounds(schema, value.GetDouble(), where, &value, validation);
}

void check_list(const Schema& schema, const json::Value& value, const Places& where, Validation& validation) {
  if (!value.IsArray()) return validation.add("list_type", where, "Input should be a valid list", &value);
  int index = 0;
  for (const auto& item : value.GetArray()) check(*schema.items, item, below(where, index++), validation);
}

void check_map(const Schema& schema, const json::Value& value, const Places& where, Validation& validation) {
  if (!value.IsObject())
    return validation.add("dict_type", where, "Input should be a valid dictionary", &value);
  for (const auto& member : value.GetObject())
    check(*schema.items, member.value, below(where, json::view(member.name)), validation);
}

void check_others(const Schema& schema, const json::Value& value, const Places& where,
                  Validation& validation) {
  const auto members = members_of(schema);
  for (const auto& member : value.GetObject()) {
    const auto name = json::view(member.name);
    if (std::any_of(members.begin(), members.end(), [&](const Member& one) { return one.name == name; }))
      continue;
    validation.add("extra_forbidden", below(where, name), "Extra inputs are not permitted", &member.value);
  }
}

void check_object(const Schema& schema, const json::Value& value, const Places& where,
                  Validation& validation) {
  if (!value.IsObject())
    return validation.add("model_attributes_type", where,
                          "Input should be a valid dictionary or object to extract fields from", &value);
  for (const auto& member : members_of(schema)) {
    if (const json::Value* found = json::find(value, member.name); found != nullptr)
      check(member.schema, *found, below(where, member.name), validation);
    else if (member.required)
      validation.missing(below(where, member.name), &value);
  }
  if (schema.closed) check_others(schema, value, where, validation);
}

// It fits no form: says what each form misses.
void check_either(const Schema& schema, const json::Value& value, const Places& where,
                  Validation& validation) {
  Validation all;
  for (const Schema* form : schema.forms) {
    Validation one;
    check(*form, value, form->name.empty() ? where : below(where, form->name), one);
    if (one.ok()) return;
    all.add(one);
  }
  validation.add(all);
}

void describe_bounds(const Schema& schema, json::Writer& writer) {
  const bool is_text = schema.form == Form::kString;
  const auto bound = [&](std::string_view key, double value) {
    if (std::isfinite(value)) writer.member(key, static_cast<std::int64_t>(value));
  };
  bound(is_text ? "minLength" : (schema.above_least ? "exclusiveMinimum" : "minimum"), schema.least);
  bound(is_text ? "maxLength" : "maximum", schema.most);
}

void describe_members(const Schema& schema, json::Writer& writer) {
  if (schema.member_count == 0) return;
  writer.key("properties").object();
  bool any_required = false;
  for (const auto& member : members_of(schema)) {
    describe(member.schema, writer.key(member.name));
    any_required = any_required || member.required;
  }
  writer.end();
  if (!any_required) return;
  writer.key("required").array();
  for (const auto& member : members_of(schema))
    if (member.required) writer.value(member.name);
  writer.end();
}

std::string_view type_of(Form form) {
  switch (form) {
    case Form::kAny:
    case Form::kEither:
      return {};
    case Form::kString:
    case Form::kUuid:
    case Form::kMoment:
    case Form::kChoice:
      return "string";
    case Form::kBool:
      return "boolean";
    case Form::kInteger:
      return "integer";
    case Form::kNumber:
      return "number";
    case Form::kList:
      return "array";
    case Form::kMap:
    case Form::kObject:
      return "object";
  }
  return {};
}

// The members of the JSON Schema's object, but for what concerns its place.
void describe_form(const Schema& schema, json::Writer& writer) {
  if (const auto type = type_of(schema.form); !type.empty()) writer.member("type", type);
  if (schema.form == Form::kUuid) writer.member("format", "uuid");
  if (schema.form == Form::kMoment) writer.member("format", "date-time");
  if (schema.form == Form::kChoice) {
    writer.key("enum").array();
    for_each_choice(schema.choices, [&](std::string_view choice) { writer.value(choice); });
    writer.end();
  }
  describe_bounds(schema, writer);
  if (schema.items != nullptr)
    describe(*schema.items, writer.key(schema.form == Form::kList ? "items" : "additionalProperties"));
  if (schema.form == Form::kEither) {
    writer.key("anyOf").array();
    for (const Schema* form : schema.forms) describe(*form, writer);
    writer.end();
  }
  describe_members(schema, writer);
  if (schema.closed) writer.member("additionalProperties", false);
}

void describe_reference(const Schema& schema, json::Writer& writer) {
  writer.member("$ref", "#/components/schemas/" + std::string(schema.name));
}

}  // namespace

std::span<const Member> members_of(const Schema& schema) { return {schema.members, schema.member_count}; }

void check(const Schema& schema, const json::Value& value, const Places& where, Validation& validation) {
  if (schema.nullable && value.IsNull()) return;
  if (schema.check != nullptr) return schema.check(value, where, validation);
  switch (schema.form) {
    case Form::kAny:
      return;
    case Form::kString:
    case Form::kUuid:
    case Form::kMoment:
    case Form::kChoice:
      return check_text(schema, value, where, validation);
    case Form::kBool:
      if (!value.IsBool()) validation.add("bool_type", where, "Input should be a valid boolean", &value);
      return;
    case Form::kInteger:
    case Form::kNumber:
      return check_number(schema, value, where, validation);
    case Form::kList:
      return check_list(schema, value, where, validation);
    case Form::kMap:
      return check_map(schema, value, where, validation);
    case Form::kObject:
      return check_object(schema, value, where, validation);
    case Form::kEither:
      return check_either(schema, value, where, validation);
  }
}

void check_bounds(const Schema& schema, double value, const Places& where, const json::Value* input,
                  Validation& validation) {
  if (schema.above_least && value <= schema.least)
    validation.add("greater_than", where, "Input should be greater than " + shown(schema.least), input);
  else if (value < schema.least)
    validation.add("greater_than_equal", where,
                   "Input should be greater than or equal to " + shown(schema.least), input);
  else if (value > schema.most)
    validation.add("less_than_equal", where, "Input should be less than or equal to " + shown(schema.most),
                   input);
}

Body read_body(const http::Request& request, const Schema& schema) {
  Body body = read_json(request);
  if (!body.value) return body;
  Validation validation;
  check(schema, *body.value, {"body"}, validation);
  if (validation.ok()) return body;
  body.value.reset();
  body.refusal = validation.response();
  return body;
}

void describe(const Schema& schema, json::Writer& writer) {
  writer.object();
  if (schema.nullable) {
    writer.key("anyOf").array().object();
    schema.name.empty() ? describe_form(schema, writer) : describe_reference(schema, writer);
    writer.end().object().member("type", "null").end().end();
  } else if (schema.name.empty()) {
    describe_form(schema, writer);
  } else {
    describe_reference(schema, writer);
  }
  if (!schema.initial.empty()) writer.raw_member("default", schema.initial);
  // What a named one says of itself stands with its name.
  if (!schema.about.empty() && schema.name.empty()) writer.member("description", schema.about);
  writer.end();
}

void describe_in_full(const Schema& schema, json::Writer& writer) {
  if (schema.described_by != nullptr) return schema.described_by(writer);
  writer.object();
  describe_form(schema, writer);
  if (!schema.about.empty()) writer.member("description", schema.about);
  writer.end();
}

}  // namespace collet::api
