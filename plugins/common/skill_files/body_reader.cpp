#include "body_reader.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "text_file.hpp"

namespace collet::skill_files {
namespace {

constexpr std::array<std::string_view, 6> kTrue = {"1", "true", "t", "yes", "y", "on"};
constexpr std::array<std::string_view, 6> kFalse = {"0", "false", "f", "no", "n", "off"};
constexpr std::size_t kMostName = 255;
constexpr std::string_view kRedacted = "\"<redacted>\"";

std::optional<bool> as_flag(const json::Value& value) {
  if (value.IsBool()) return value.GetBool();
  if (value.IsNumber() && value.GetDouble() == 1) return true;
  if (value.IsNumber() && value.GetDouble() == 0) return false;
  if (!value.IsString()) return std::nullopt;
  const auto word = lower(json::view(value));
  if (std::find(kTrue.begin(), kTrue.end(), word) != kTrue.end()) return true;
  if (std::find(kFalse.begin(), kFalse.end(), word) != kFalse.end()) return false;
  return std::nullopt;
}

std::string input(const json::Value& value, bool secret = false) {
  return secret ? std::string(kRedacted) : json::dump(value);
}

}  // namespace

Problems::Place BodyReader::at(const std::string& name) const {
  auto place = place_;
  place.push_back(name);
  return place;
}

bool BodyReader::flag(const std::string& name, std::optional<bool> fallback) {
  const auto* value = find(name);
  if (value == nullptr) {
    if (!fallback) problems_.missing(at(name), json::dump(object_));
    return fallback.value_or(false);
  }
  if (const auto flag = as_flag(*value)) return *flag;
  if (value->IsString() || value->IsNumber())
    problems_.add("bool_parsing", at(name), "Input should be a valid boolean, unable to interpret input",
                  input(*value));
  else
    problems_.add("bool_type", at(name), "Input should be a valid boolean", input(*value));
  return false;
}

std::optional<std::string> BodyReader::maybe_text(const std::string& name) {
  const auto* value = find(name);
  if (value == nullptr || value->IsNull()) return std::nullopt;
  if (value->IsString()) return std::string(json::view(*value));
  problems_.add("string_type", at(name), "Input should be a valid string", input(*value));
  return std::nullopt;
}

std::string BodyReader::required_text(const std::string& name, bool secret) {
  const auto* value = find(name);
  if (value == nullptr) {
    problems_.missing(at(name), std::string(kRedacted));
    return {};
  }
  if (value->IsString()) return std::string(json::view(*value));
  problems_.add("string_type", at(name), "Input should be a valid string", input(*value, secret));
  return {};
}

std::string BodyReader::required_filled_text(const std::string& name) {
  const auto* value = find(name);
  auto text = required_text(name);
  if (value != nullptr && value->IsString() && text.empty())
    problems_.add("string_too_short", at(name), "String should have at least 1 character", "\"\"");
  return text;
}

const json::Value* BodyReader::maybe_list(const std::string& name) {
  const auto* value = find(name);
  if (value == nullptr || value->IsNull()) return nullptr;
  if (value->IsArray()) return value;
  problems_.add("list_type", at(name), "Input should be a valid list", std::string(kRedacted));
  return nullptr;
}

const json::Value* BodyReader::maybe_object(const std::string& name) {
  const auto* value = find(name);
  if (value == nullptr || value->IsNull()) return nullptr;
  if (value->IsObject()) return value;
  problems_.add("model_attributes_type", at(name),
                "Input should be a valid dictionary or object to extract fields from",
                std::string(kRedacted));
  return nullptr;
}

std::string checked_name(const Request& request, const std::string& name, const std::string& pattern) {
  std::string given(request.param(name));
  if (is_kebab_case(given) && given.size() <= kMostName) return given;
  const auto shown = detail::json_quoted(given);
  Problems problems;
  if (characters(given) > kMostName)
    problems.add("string_too_long", {"path", name},
                 "String should have at most " + std::to_string(kMostName) + " characters", shown,
                 R"({"max_length":)" + std::to_string(kMostName) + "}");
  else
    problems.add("string_pattern_mismatch", {"path", name}, "String should match pattern '" + pattern + "'",
                 shown, R"({"pattern":)" + detail::json_quoted(pattern) + "}");
  throw Refusal(problems.response());
}

}  // namespace collet::skill_files
