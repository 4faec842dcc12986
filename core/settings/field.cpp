#include "settings/field.hpp"

#include <cmath>
#include <string>

#include "base/time.hpp"
#include "collet/web_address.hpp"
#include "outbound/url.hpp"
#include "secrets/json_secrets.hpp"

namespace collet::settings {

namespace {

bool within(const Field& field, double number) {
  return std::isfinite(number) && number >= field.least && number <= field.most;
}

// Stars stand for what is there.
bool takes_url(std::string_view name, const json::Value& value) {
  if (!value.IsString() || value.GetStringLength() == 0) return true;
  const auto text = json::view(value);
  if (has_url_user(text)) return false;
  return !name.ends_with("base_url") || text == secrets::kRedacted ||
         (is_base_url(text) && outbound::parse_url(text).has_value());
}

bool take_integer(const Field& field, const json::Value& in, json::Value& out) {
  if (in.IsInt64()) {
    out.SetInt64(in.GetInt64());
  } else if (in.IsDouble() && std::trunc(in.GetDouble()) == in.GetDouble() &&
             std::abs(in.GetDouble()) < 1e15) {
    out.SetInt64(static_cast<std::int64_t>(in.GetDouble()));
  } else {
    return false;
  }
  return within(field, static_cast<double>(out.GetInt64()));
}

bool is_choice(const Field& field, std::string_view text) {
  return text.find('|') == std::string_view::npos &&
         field.choices.find("|" + std::string(text) + "|") != std::string_view::npos;
}

bool take_strings(const json::Value& in, json::Value& out, json::Allocator& allocator) {
  if (!in.IsArray()) return false;
  for (const auto& item : in.GetArray())
    if (!item.IsString()) return false;
  out = json::copy(in, allocator);
  return true;
}

bool take_string_map(const json::Value& in, json::Value& out, json::Allocator& allocator) {
  if (!in.IsObject()) return false;
  out.SetObject();
  for (const auto& member : in.GetObject()) {
    if (member.value.IsNull()) continue;
    if (!member.value.IsString()) return false;
    json::set(out, json::view(member.name), json::view(member.value), allocator);
  }
  return true;
}

bool take_object_map(const Field& field, const json::Value& in, json::Value& out,
                     json::Allocator& allocator) {
  if (!in.IsObject()) return false;
  out.SetObject();
  for (const auto& member : in.GetObject()) {
    if (member.value.IsNull()) continue;
    json::Value object;
    if (!member.value.IsObject() || !normalise(member.value, *field.members, object, allocator)) return false;
    json::set(out, json::view(member.name), std::move(object), allocator);
  }
  return true;
}

bool take_copy(bool right_type, const json::Value& in, json::Value& out, json::Allocator& allocator) {
  if (right_type) out = json::copy(in, allocator);
  return right_type;
}

bool take(const Field& field, const json::Value& in, json::Value& out, json::Allocator& allocator) {
  if (in.IsNull() && field.nullable) {
    out.SetNull();
    return true;
  }
  switch (field.type) {
    case Type::kString:
    case Type::kUrl:
    case Type::kNow:
      return take_copy(in.IsString(), in, out, allocator);
    case Type::kSecret:
      if (in.IsString() && in.GetStringLength() == 0) return out.SetNull(), true;
      return take_copy(in.IsString(), in, out, allocator);
    case Type::kBool:
      return take_copy(in.IsBool(), in, out, allocator);
    case Type::kInteger:
      return take_integer(field, in, out);
    case Type::kNumber:
      if (!in.IsNumber() || !within(field, in.GetDouble())) return false;
      out.SetDouble(in.GetDouble());
      return true;
    case Type::kChoice:
      return take_copy(in.IsString() && is_choice(field, json::view(in)), in, out, allocator);
    case Type::kArray:
      return take_copy(in.IsArray(), in, out, allocator);
    case Type::kStrings:
      return take_strings(in, out, allocator);
    case Type::kStringMap:
      return take_string_map(in, out, allocator);
    case Type::kMap:
      return take_copy(in.IsObject(), in, out, allocator);
    case Type::kObject:
      return in.IsObject() && normalise(in, *field.members, out, allocator);
    case Type::kObjectMap:
      return take_object_map(field, in, out, allocator);
    case Type::kFixed:
      break;
  }
  out = json::copy(*json::parse(field.initial), allocator);
  return true;
}

bool take_default(const Field& field, json::Value& out, json::Allocator& allocator) {
  if (field.type == Type::kNow) {
    out = json::text(utc_timestamp(now_micros()), allocator);
    return true;
  }
  return take(field, *json::parse(field.initial), out, allocator);
}

bool is_map(Type type) { return type == Type::kMap || type == Type::kStringMap || type == Type::kObjectMap; }

}  // namespace

const Field* find_field(const Shape& shape, std::string_view name) {
  const auto found = std::find_if(shape.fields.begin(), shape.fields.end(),
                                  [name](const Field& field) { return field.name == name; });
  return found == shape.fields.end() ? nullptr : &*found;
}

void merge(json::Value& target, const json::Value& patch, const Shape& shape, json::Allocator& allocator) {
  for (const auto& field : shape.fields) {
    const json::Value* change = json::find(patch, field.name);
    if (change == nullptr) continue;
    json::Value* old = json::find(target, field.name);
    if (!change->IsObject() || (field.type != Type::kObject && !is_map(field.type))) {
      json::set(target, field.name, json::copy(*change, allocator), allocator);
      continue;
    }
    if (old == nullptr || !old->IsObject()) {
      json::set(target, field.name, json::Value(rapidjson::kObjectType), allocator);
      old = json::find(target, field.name);
    }
    if (is_map(field.type)) {
      json::deep_merge(*old, *change, allocator, /*null_deletes=*/true);
    } else {
      merge(*old, *change, *field.members, allocator);
    }
  }
}

bool normalise(const json::Value& object, const Shape& shape, json::Value& out, json::Allocator& allocator) {
  out.SetObject();
  for (const auto& field : shape.fields) {
    const json::Value* found = json::find(object, field.name);
    json::Value value;
    const bool taken =
        found != nullptr ? take(field, *found, value, allocator) : take_default(field, value, allocator);
    if (!taken) return false;
    if (value.IsNull() && shape.leave_out_nulls) continue;
    json::set(out, field.name, std::move(value), allocator);
  }
  return true;
}

bool takes_urls(const json::Value& object, const Shape& shape) {
  return std::all_of(shape.fields.begin(), shape.fields.end(), [&](const Field& field) {
    const json::Value* value = json::find(object, field.name);
    if (value == nullptr) return true;
    if (field.type == Type::kUrl) return takes_url(field.name, *value);
    return field.type != Type::kObject || !value->IsObject() || takes_urls(*value, *field.members);
  });
}

}  // namespace collet::settings
