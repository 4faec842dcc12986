#include "front_matter.hpp"

#include <algorithm>
#include <optional>

#include "text_file.hpp"
#include "yaml_reader.hpp"

namespace collet::skill_files {
namespace {

// "---" or more, then only white space.
bool is_fence(std::string_view line) {
  const auto dashes = std::min(line.find_first_not_of('-'), line.size());
  return dashes >= 3 && stripped(line.substr(dashes)).empty();
}

struct Line {
  std::string_view text;
  std::size_t next = 0;  // where the next one begins
};

Line line_at(std::string_view text, std::size_t from) {
  const auto end = std::min(text.find('\n', from), text.size());
  return {text.substr(from, end - from), std::min(end + 1, text.size())};
}

json::Document nothing() { return json::Document(rapidjson::kObjectType); }

}  // namespace

FrontMatter read_front_matter(std::string_view text) {
  text = stripped(text);
  const auto first = line_at(text, 0);
  if (!is_fence(first.text)) return {nothing(), std::string(text)};
  for (auto at = first.next; at < text.size();) {
    const auto line = line_at(text, at);
    if (is_fence(line.text)) {
      auto fields = parse_yaml(text.substr(first.next, at - first.next));
      return {fields.IsObject() ? std::move(fields) : nothing(),
              std::string(stripped(text.substr(line.next)))};
    }
    at = line.next;
  }
  return {nothing(), std::string(text)};  // not closed: it is all text
}

std::string as_text(const json::Value& value) {
  return value.IsString() ? std::string(json::view(value)) : json::dump(value);
}

}  // namespace collet::skill_files
