#include "yaml_reader.hpp"

#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <sstream>
#include <string_view>
#include <utility>

#include "front_matter.hpp"
#include "text_file.hpp"

namespace collet::skill_files {
namespace {

constexpr std::string_view kCoreTag = "tag:yaml.org,2002:";

bool is_one_of(std::string_view word, std::initializer_list<std::string_view> known) {
  return std::find(known.begin(), known.end(), word) != known.end();
}

// "Yes", "YES" and "yes", but not "yEs".
bool is_word(std::string_view text, std::initializer_list<std::string_view> known) {
  if (text.empty() || text.size() > 5 || !is_one_of(lower(text), known)) return false;
  const auto rest = text.substr(1);
  const bool tail_small = lower(rest) == rest;
  const bool all_big = std::none_of(text.begin(), text.end(), [](char c) { return c >= 'a' && c <= 'z'; });
  return tail_small || all_big;
}

std::optional<std::int64_t> whole(std::string_view digits, int base, bool negative) {
  std::uint64_t number = 0;
  const auto* end = digits.data() + digits.size();
  const auto read = std::from_chars(digits.data(), end, number, base);
  if (digits.empty() || read.ec != std::errc{} || read.ptr != end || number > 0x7FFFFFFFFFFFFFFF)
    return std::nullopt;
  return negative ? -static_cast<std::int64_t>(number) : static_cast<std::int64_t>(number);
}

std::optional<std::int64_t> as_whole(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  if (text.starts_with("0x")) return whole(text.substr(2), 16, negative);
  if (text.starts_with("0b")) return whole(text.substr(2), 2, negative);
  if (text.size() > 1 && text.starts_with('0')) return whole(text.substr(1), 8, negative);
  return whole(text, 10, negative);
}

// Only with a point in it: "1e3" is a text.
std::optional<double> as_fraction(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  if (text.find('.') == std::string_view::npos || text == "." || text == "-.") return std::nullopt;
  if (text.find_first_not_of("0123456789.eE+-") != std::string_view::npos) return std::nullopt;
  double number = 0;
  const auto* end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, number);
  if (read.ec != std::errc{} || read.ptr != end) return std::nullopt;
  return number;
}

json::Value plain(const std::string& text, json::Allocator& allocator) {
  if (text.empty() || text == "~" || is_word(text, {"null"})) return json::Value();
  if (is_word(text, {"true", "yes", "on"})) return json::Value(true);
  if (is_word(text, {"false", "no", "off"})) return json::Value(false);
  std::string digits = text;
  if (digits.front() != '_') std::erase(digits, '_');
  if (const auto number = as_whole(digits)) return json::Value(*number);
  if (const auto number = as_fraction(digits)) return json::Value(*number);
  return json::text(text, allocator);
}

void check_tag(const std::string& tag, std::initializer_list<std::string_view> known) {
  if (tag.empty() || tag == "?" || tag == "!") return;
  const std::string_view text = tag;
  if (!text.starts_with(kCoreTag) || !is_one_of(text.substr(kCoreTag.size()), known))
    throw FileError("its YAML has a tag that is not known");
}

}  // namespace

void YamlReader::OnNull(const YAML::Mark&, YAML::anchor_t) { add(json::Value()); }

void YamlReader::OnAlias(const YAML::Mark&, YAML::anchor_t) {
  throw FileError("its YAML has an alias (*name), which is not taken");
}

void YamlReader::OnScalar(const YAML::Mark&, const std::string& tag, YAML::anchor_t,
                          const std::string& value) {
  check_tag(tag, {"str", "int", "float", "bool", "null", "timestamp"});
  const bool is_text = tag == "!" || tag == std::string(kCoreTag) + "str";
  auto& allocator = document_.GetAllocator();
  add(is_text ? json::text(value, allocator) : plain(value, allocator));
}

void YamlReader::OnSequenceStart(const YAML::Mark&, const std::string& tag, YAML::anchor_t,
                                 YAML::EmitterStyle::value) {
  check_tag(tag, {"seq"});
  open(json::Value(rapidjson::kArrayType));
}

void YamlReader::OnSequenceEnd() { close(); }

void YamlReader::OnMapStart(const YAML::Mark&, const std::string& tag, YAML::anchor_t,
                            YAML::EmitterStyle::value) {
  check_tag(tag, {"map"});
  open(json::Value(rapidjson::kObjectType));
}

void YamlReader::OnMapEnd() { close(); }

void YamlReader::open(json::Value container) {
  if (levels_.size() == kMostYamlDepth) throw FileError("its YAML is too deeply nested");
  levels_.push_back({std::move(container), {}, false});
}

void YamlReader::close() {
  auto done = std::move(levels_.back().value);
  levels_.pop_back();
  add(std::move(done));
}

void YamlReader::add(json::Value value) {
  if (++count_ > kMostYamlValues) throw FileError("its YAML has too many values");
  auto& allocator = document_.GetAllocator();
  if (levels_.empty()) {
    static_cast<json::Value&>(document_) = std::move(value);
    return;
  }
  auto& level = levels_.back();
  if (level.value.IsArray()) {
    level.value.PushBack(value, allocator);
  } else if (!level.has_key) {
    level.key = as_text(value);
    level.has_key = true;
  } else {
    json::set(level.value, level.key, std::move(value), allocator);
    level.has_key = false;
  }
}

json::Document parse_yaml(std::string_view text) {
  if (text.size() > kMostYamlBytes)
    throw FileError("its YAML is longer than " + std::to_string(kMostYamlBytes) + " bytes");
  std::istringstream stream{std::string(text)};
  YamlReader reader;
  try {
    YAML::Parser parser(stream);
    parser.HandleNextDocument(reader);
  } catch (const YAML::Exception& error) {
    throw FileError("its YAML is wrong at line " + std::to_string(error.mark.line + 1) + ": " + error.msg);
  }
  return reader.take();
}

}  // namespace collet::skill_files
