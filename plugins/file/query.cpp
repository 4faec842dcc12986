#include "query.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <utility>

namespace collet::file {
namespace {

std::string quoted(std::string_view text) { return collet::detail::json_quoted(text); }

std::string lower(std::string_view text) {
  std::string copy(text);
  for (char& c : copy) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return copy;
}

// "'a', 'b' or 'c'"
std::string listed(std::initializer_list<std::string_view> choices) {
  std::string text;
  for (auto choice = choices.begin(); choice != choices.end(); ++choice) {
    if (choice != choices.begin()) text += choice + 1 == choices.end() ? " or " : ", ";
    text.append("'").append(*choice).append("'");
  }
  return text;
}

}  // namespace

void Query::add(std::string_view type, const std::string& name, std::string_view message,
                std::string_view input, std::string_view context) {
  problems_.add(type, {"query", name}, message, quoted(input), context);
}

std::optional<std::string> Query::optional_text(std::string_view name) const {
  auto values = request_.query_values(name);
  if (values.empty()) return std::nullopt;
  return std::move(values.back());
}

std::string Query::text(const std::string& name) {
  auto value = optional_text(name);
  if (!value) problems_.missing({"query", name}, "null");
  return value.value_or(std::string());
}

bool Query::flag(const std::string& name, bool fallback) {
  const auto value = optional_text(name);
  if (!value) return fallback;
  const auto word = lower(*value);
  for (const auto* yes : {"1", "true", "t", "yes", "y", "on"})
    if (word == yes) return true;
  for (const auto* no : {"0", "false", "f", "no", "n", "off"})
    if (word == no) return false;
  add("bool_parsing", name, "Input should be a valid boolean, unable to interpret input", *value, {});
  return fallback;
}

std::int64_t Query::count(const std::string& name, std::int64_t fallback, std::int64_t most) {
  const auto value = optional_text(name);
  if (!value) return fallback;
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(value->data(), value->data() + value->size(), number);
  if (error != std::errc() || end != value->data() + value->size()) {
    add("int_parsing", name, "Input should be a valid integer, unable to parse string as an integer", *value,
        {});
  } else if (number <= 0) {
    add("greater_than", name, "Input should be greater than 0", *value, R"({"gt":0})");
  } else if (number > most) {
    const auto text = std::to_string(most);
    add("less_than_equal", name, "Input should be less than or equal to " + text, *value,
        R"({"le":)" + text + "}");
  } else {
    return number;
  }
  return fallback;
}

std::string Query::choice(const std::string& name, std::initializer_list<std::string_view> choices) {
  const auto value = optional_text(name);
  if (!value) return std::string(*choices.begin());
  if (std::find(choices.begin(), choices.end(), *value) == choices.end()) {
    const auto expected = listed(choices);
    add("literal_error", name, "Input should be " + expected, *value,
        R"({"expected":)" + quoted(expected) + "}");
  }
  return *value;
}

std::string conversation_of(const Request& request) {
  const auto text = request.param("conversation_id");
  std::string digits;
  for (const char c : text) {
    if (c == '-') continue;
    if (std::isxdigit(static_cast<unsigned char>(c)) == 0) break;
    digits += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  const auto dashes = static_cast<std::size_t>(std::count(text.begin(), text.end(), '-'));
  const bool dashed = dashes == 4 && text.size() == 36 && text[8] == '-' && text[13] == '-' &&
                      text[18] == '-' && text[23] == '-';
  if (digits.size() != 32 || digits.size() + dashes != text.size() || (dashes != 0 && !dashed)) {
    Problems problems;
    problems.add("uuid_parsing", {"path", "conversation_id"}, "Input should be a valid UUID", quoted(text));
    problems.check();
  }
  for (const std::size_t at : {20U, 16U, 12U, 8U}) digits.insert(at, 1, '-');
  return digits;
}

}  // namespace collet::file
