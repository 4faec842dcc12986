// Tables that say what members a settings object has: their types, bounds and defaults. Pure; any thread.
#pragma once
#include <algorithm>
#include <limits>
#include <span>
#include <string_view>

#include "collet/json.hpp"

namespace collet::settings {

enum class Type {
  kString,
  kSecret,  ///< a string; an empty one is null
  kUrl,     ///< a string, shown to everybody: see takes_urls()
  kBool,
  kInteger,
  kNumber,     ///< always written as a fraction
  kChoice,     ///< a string out of `choices`
  kArray,      ///< of anything
  kStrings,    ///< an array of strings
  kStringMap,  ///< an object of strings
  kMap,        ///< any object
  kObject,     ///< an object with `members`
  kObjectMap,  ///< an object of objects with `members`
  kNow,        ///< a string; the present moment where there is none
  kFixed,      ///< always its default
};

/// Calls `visit` with each name of "a|b" or "|a|b|".
template <class Visit>
void for_each_name(std::string_view names, Visit visit) {
  while (!names.empty()) {
    const auto end = std::min(names.find('|'), names.size());
    if (end > 0) visit(names.substr(0, end));
    names.remove_prefix(std::min(end + 1, names.size()));
  }
}

struct Field;

struct Shape {
  std::span<const Field> fields;
  bool leave_out_nulls = false;
};

struct Field {
  std::string_view name;
  Type type = Type::kString;
  std::string_view initial = "null";  ///< its default as JSON text
  bool nullable = false;
  double least = -std::numeric_limits<double>::infinity();
  double most = std::numeric_limits<double>::infinity();
  std::string_view choices = {};  ///< with bars around each: "|auto|chat|"
  const Shape* members = nullptr;
};

/// The field of this name; null: none.
const Field* find_field(const Shape& shape, std::string_view name);

/// Puts `patch` over `target`, objects member by member. A null in a map deletes; elsewhere it is a value.
/// Members that the shape doesn't have are left out.
void merge(json::Value& target, const json::Value& patch, const Shape& shape, json::Allocator& allocator);

/// The object in the shape's order, with defaults for what is missing. False: something has a wrong type or
/// value.
bool normalise(const json::Value& object, const Shape& shape, json::Value& out, json::Allocator& allocator);

/// Whether all URLs of an object that comes from a client may be taken: none has a user or password in it,
/// each "base_url" is an http or https URL. What is stored already is not asked: it may be from before.
bool takes_urls(const json::Value& object, const Shape& shape);

}  // namespace collet::settings
