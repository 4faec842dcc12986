#include "workspace_form.hpp"

#include <algorithm>
#include <optional>

#include "collet/problems.hpp"

namespace collet::workspaces {
namespace {

constexpr std::size_t kMostPath = 4096, kMostName = 256;  // characters

std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

// Reads one item of the list and notes what is wrong.
class Item {
 public:
  Item(const json::Value& value, Problems::Place place, Problems& problems)
      : value_(value), place_(std::move(place)), problems_(problems) {}

  std::string text(std::string_view name, std::size_t most) const {
    const json::Value* found = json::find(value_, name);
    if (found == nullptr) {
      problems_.missing(at(name), json::dump(value_));
      return {};
    }
    std::string text = checked(name, *found, most);
    if (found->IsString() && text.empty())
      problems_.add("string_too_short", at(name), "String should have at least 1 character", "\"\"");
    return text;
  }
  std::string optional_text(std::string_view name, std::size_t most) const {
    const json::Value* found = json::find(value_, name);
    return found == nullptr || found->IsNull() ? std::string() : checked(name, *found, most);
  }

 private:
  Problems::Place at(std::string_view name) const {
    Problems::Place place = place_;
    place.emplace_back(name);
    return place;
  }
  std::string checked(std::string_view name, const json::Value& found, std::size_t most) const {
    if (!found.IsString()) {
      problems_.add("string_type", at(name), "Input should be a valid string", json::dump(found));
      return {};
    }
    std::string text(json::view(found));
    if (characters(text) > most)
      problems_.add("string_too_long", at(name),
                    "String should have at most " + std::to_string(most) + " characters", json::dump(found));
    return text;
  }

  const json::Value& value_;
  Problems::Place place_;
  Problems& problems_;
};

}  // namespace

std::vector<Entry> read_entries(const Request& request, std::string_view member, bool with_parent_path) {
  const auto body = read_object(request);
  const json::Value* items = json::find(static_cast<const json::Value&>(body), member);
  Problems problems;
  if (items == nullptr)
    problems.missing({"body", member}, json::dump(body));
  else if (!items->IsArray())
    problems.add("list_type", {"body", member}, "Input should be a valid list", json::dump(*items));
  problems.check();

  std::vector<Entry> entries;
  std::size_t index = 0;
  for (const auto& value : items->GetArray()) {
    const Problems::Place place{"body", member, index++};
    if (!value.IsObject()) {
      problems.add("model_attributes_type", place,
                   "Input should be a valid dictionary or object to extract fields from", json::dump(value));
      continue;
    }
    const Item item(value, place, problems);
    Entry entry{item.text("id", kMostPath), item.text("name", kMostName), item.text("path", kMostPath)};
    if (with_parent_path) {
      entry.parent_path = item.optional_text("parentPath", kMostPath);
      if (entry.parent_path.empty()) entry.parent_path = item.optional_text("parent_path", kMostPath);
    }
    entries.push_back(std::move(entry));
  }
  problems.check();
  return entries;
}

std::string read_path(const Request& request) {
  const auto path = request.query_value("path");
  Problems problems;
  if (!path) problems.missing({"query", "path"}, "null");
  problems.check();
  return std::string(*path);
}

}  // namespace collet::workspaces
