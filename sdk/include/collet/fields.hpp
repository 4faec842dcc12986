// Reads JSON objects by the names and types of their members: a tool's arguments, a request's body, a
// plugin's config. Needs RapidJSON's headers; nothing else of the SDK includes it.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "collet/http.hpp"
#include "collet/json.hpp"

namespace collet {

/// One JSON object, parsed. Each getter throws InputError with one line that names the member when it is
/// missing or of another type; with a fallback, a member that is missing or null is the fallback. A value;
/// const methods may be called from any thread.
///
///   const collet::Fields arguments(call.action);
///   const auto city = arguments.text("city");
///   const auto days = arguments.whole("days", 3);
class Fields {
 public:
  /// `text`: JSON text. Throws InputError when it is no JSON object.
  explicit Fields(std::string_view text) : document_(parse(text)) {}

  bool has(std::string_view name) const { return find(name) != nullptr; }

  std::string text(std::string_view name) const {
    const json::Value& value = need(name);
    if (!value.IsString()) throw wrong(name, "a text");
    return std::string(json::view(value));
  }
  std::string text(std::string_view name, std::string_view fallback) const {
    return has(name) ? text(name) : std::string(fallback);
  }

  std::int64_t whole(std::string_view name) const {
    const json::Value& value = need(name);
    if (value.IsInt64()) return value.GetInt64();
    if (const auto number = json::whole(value)) return *number;  // 2.0
    throw wrong(name, "a whole number");
  }
  std::int64_t whole(std::string_view name, std::int64_t fallback) const {
    return has(name) ? whole(name) : fallback;
  }

  double number(std::string_view name) const {
    const json::Value& value = need(name);
    if (!value.IsNumber()) throw wrong(name, "a number");
    return value.GetDouble();
  }
  double number(std::string_view name, double fallback) const { return has(name) ? number(name) : fallback; }

  bool flag(std::string_view name) const {
    const json::Value& value = need(name);
    if (!value.IsBool()) throw wrong(name, "true or false");
    return value.GetBool();
  }
  bool flag(std::string_view name, bool fallback) const { return has(name) ? flag(name) : fallback; }

  std::vector<std::string> texts(std::string_view name) const {
    const json::Value& value = need(name);
    if (!value.IsArray()) throw wrong(name, "a list of texts");
    std::vector<std::string> all;
    for (const auto& item : value.GetArray()) {
      if (!item.IsString()) throw wrong(name, "a list of texts");
      all.emplace_back(json::view(item));
    }
    return all;
  }
  std::vector<std::string> texts(std::string_view name, std::vector<std::string> fallback) const {
    return has(name) ? texts(name) : std::move(fallback);
  }

  /// The whole object, for what has no getter here.
  const json::Value& value() const { return document_; }

 private:
  static json::Document parse(std::string_view text) {
    json::ParseError error;
    auto document = json::parse(text, &error);
    if (!document)
      throw InputError("not valid JSON at byte " + std::to_string(error.offset) + ": " + error.message);
    if (!document->IsObject()) throw InputError("must be a JSON object");
    return std::move(*document);
  }
  const json::Value* find(std::string_view name) const {
    const json::Value* found = json::find(document_, name);
    return found == nullptr || found->IsNull() ? nullptr : found;
  }
  const json::Value& need(std::string_view name) const {
    const json::Value* found = find(name);
    if (found == nullptr) throw InputError("'" + std::string(name) + "' is missing");
    return *found;
  }
  static InputError wrong(std::string_view name, std::string_view type) {
    return InputError("'" + std::string(name) + "' must be " + std::string(type));
  }

  json::Document document_;
};

}  // namespace collet
