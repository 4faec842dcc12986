#include "settings/field_problems.hpp"

#include <cmath>
#include <vector>

#include "secrets/json_secrets.hpp"

namespace collet::settings {
namespace {

struct Problem {
  std::string type, message;
};

std::string number_text(double number) {
  json::Writer w;
  std::trunc(number) == number ? w.value(static_cast<std::int64_t>(number)) : w.value(number);
  return w.take();
}

std::string listed(std::string_view choices) {
  std::vector<std::string> names;
  for_each_name(choices, [&](std::string_view name) { names.push_back("'" + std::string(name) + "'"); });
  std::string text;
  for (std::size_t i = 0; i < names.size(); ++i)
    text += (i == 0 ? "" : i + 1 == names.size() ? " or " : ", ") + names[i];
  return text;
}

Problem of_number(const Field& field, const json::Value& in, bool whole) {
  if (!in.IsNumber())
    return whole ? Problem{"int_type", "Input should be a valid integer"}
                 : Problem{"float_type", "Input should be a valid number"};
  if (in.GetDouble() < field.least)
    return {"greater_than_equal", "Input should be greater than or equal to " + number_text(field.least)};
  if (in.GetDouble() > field.most)
    return {"less_than_equal", "Input should be less than or equal to " + number_text(field.most)};
  return {"int_from_float", "Input should be a valid integer, got a number with a fractional part"};
}

Problem problem_of(const Field& field, const json::Value& in) {
  switch (field.type) {
    case Type::kBool:
      return {"bool_type", "Input should be a valid boolean"};
    case Type::kInteger:
      return of_number(field, in, true);
    case Type::kNumber:
      return of_number(field, in, false);
    case Type::kChoice:
      return {"literal_error", "Input should be " + listed(field.choices)};
    case Type::kArray:
    case Type::kStrings:
      return {"list_type", "Input should be a valid list"};
    case Type::kStringMap:
    case Type::kMap:
    case Type::kObject:
    case Type::kObjectMap:
      return {"dict_type", "Input should be a valid dictionary"};
    case Type::kUrl:
      if (in.IsString())
        return {"value_error", "Value error, must be an http or https URL without a user or password in it"};
      break;
    case Type::kString:
    case Type::kSecret:
    case Type::kNow:
    case Type::kFixed:
      break;
  }
  return {"string_type", "Input should be a valid string"};
}

class Collector {
 public:
  void object(const json::Value& value, const Shape& shape) {
    for (const auto& field : shape.fields) {
      const json::Value* found = json::find(value, field.name);
      if (found == nullptr) continue;
      place_.push_back(field.name);
      member(field, *found);
      place_.pop_back();
    }
  }
  std::string take() { return "[" + text_ + "]"; }

 private:
  void member(const Field& field, const json::Value& in) {
    json::Document scratch(rapidjson::kObjectType);
    auto& allocator = scratch.GetAllocator();
    json::Value one(rapidjson::kObjectType);
    json::set(one, field.name, json::copy(in, allocator), allocator);
    json::Value out;
    const Shape alone{std::span(&field, 1)};
    if (normalise(one, alone, out, allocator) && takes_urls(one, alone)) return;
    const std::string before = text_;
    if (field.type == Type::kObject && in.IsObject()) object(in, *field.members);
    if (field.type == Type::kObjectMap && in.IsObject())
      for (const auto& entry : in.GetObject()) {
        place_.push_back(json::view(entry.name));
        if (entry.value.IsObject()) object(entry.value, *field.members);
        place_.pop_back();
      }
    if (text_ == before) add(problem_of(field, in), one);
  }
  // `one`: what is wrong, under its name, which tells whether it is a secret.
  void add(const Problem& problem, json::Value& one) {
    json::Document shown;
    shown.CopyFrom(one, shown.GetAllocator());
    secrets::redact_echo(shown, shown.GetAllocator());
    json::Writer w;
    w.object().member("type", problem.type).key("loc").array();
    for (const auto step : place_) w.value(step);
    w.end().member("msg", problem.message).member("input", shown.MemberBegin()->value).end();
    text_ += (text_.empty() ? "" : ",") + w.take();
  }

  std::vector<std::string_view> place_;
  std::string text_;
};

}  // namespace

std::string problems(const json::Value& object, const Shape& shape) {
  Collector collector;
  collector.object(object, shape);
  return collector.take();
}

}  // namespace collet::settings
