// Small tables that say what a JSON value may be. One table checks what clients send, with the contract's
// answers, and is what /openapi.json shows. Pure; any thread.
#pragma once
#include <cstddef>
#include <limits>
#include <span>
#include <string_view>

#include "api/validation.hpp"
#include "collet/json.hpp"

namespace collet::api {

enum class Form {
  kAny,
  kString,
  kUuid,    ///< a string
  kMoment,  ///< a string, ISO 8601
  kChoice,  ///< a string out of `choices`
  kBool,
  kInteger,
  kNumber,
  kList,    ///< an array of `items`
  kMap,     ///< an object whose values are `items`
  kObject,  ///< an object with `members`; it may have others unless it is `closed`
  kEither,  ///< one of `forms`
};

struct Member;

struct Schema {
  Form form = Form::kAny;
  std::string_view name = {};     ///< in the document: #/components/schemas/NAME; empty: it stands in place
  std::string_view about = {};    ///< for people
  std::string_view initial = {};  ///< its default, JSON text; empty: none
  bool nullable = false;
  double least = -std::numeric_limits<double>::infinity();  ///< of a number, or of a string's bytes
  double most = std::numeric_limits<double>::infinity();
  bool above_least = false;       ///< `least` itself is too small
  std::string_view choices = {};  ///< "a|b|c"
  const Schema* items = nullptr;
  std::span<const Schema* const> forms = {};
  const Member* members = nullptr;
  std::size_t member_count = 0;
  bool closed = false;  ///< it has no other members
  /// Checks in place of the table what a table can't say. Not called with a null that is allowed.
  void (*check)(const json::Value&, const Places&, Validation&) = nullptr;
  /// Writes the JSON Schema of one with a name in place of the table.
  void (*described_by)(json::Writer&) = nullptr;
};

struct Member {
  std::string_view name;
  Schema schema;
  bool required = false;
};

std::span<const Member> members_of(const Schema& schema);

/// Notes what is wrong with `value`, which was found at `where`.
void check(const Schema& schema, const json::Value& value, const Places& where, Validation& validation);

/// The bounds alone. `input`: what is shown of it.
void check_bounds(const Schema& schema, double value, const Places& where, const json::Value* input,
                  Validation& validation);

/// The body of a request, read and checked, or the answer that refuses it.
Body read_body(const http::Request& request, const Schema& schema);

/// Writes the JSON Schema of it; of one with a name, a reference.
void describe(const Schema& schema, json::Writer& writer);
/// The JSON Schema of one with a name.
void describe_in_full(const Schema& schema, json::Writer& writer);

// For tables.
constexpr Schema text(std::string_view about = {}) { return {.form = Form::kString, .about = about}; }
constexpr Schema uuid(std::string_view about = {}) { return {.form = Form::kUuid, .about = about}; }
constexpr Schema moment(std::string_view about = {}) { return {.form = Form::kMoment, .about = about}; }
constexpr Schema choice(std::string_view choices, std::string_view about = {}) {
  return {.form = Form::kChoice, .about = about, .choices = choices};
}
constexpr Schema yes_no(std::string_view about = {}) { return {.form = Form::kBool, .about = about}; }
constexpr Schema integer(std::string_view about = {}) { return {.form = Form::kInteger, .about = about}; }
constexpr Schema number(std::string_view about = {}) { return {.form = Form::kNumber, .about = about}; }
constexpr Schema anything(std::string_view about = {}) { return {.about = about}; }
constexpr Schema list_of(const Schema& items, std::string_view about = {}) {
  return {.form = Form::kList, .about = about, .items = &items};
}
constexpr Schema map_of(const Schema& items, std::string_view about = {}) {
  return {.form = Form::kMap, .about = about, .items = &items};
}
template <std::size_t N>
constexpr Schema object(std::string_view name, const Member (&members)[N], std::string_view about = {}) {
  return {.form = Form::kObject, .name = name, .about = about, .members = members, .member_count = N};
}
constexpr Schema closed(Schema schema) {
  schema.closed = true;
  return schema;
}
constexpr Schema either(std::span<const Schema* const> forms, std::string_view about = {}) {
  return {.form = Form::kEither, .about = about, .forms = forms};
}
constexpr Schema maybe(Schema schema) {
  schema.nullable = true;
  return schema;
}
constexpr Schema initially(std::string_view json_text, Schema schema) {
  schema.initial = json_text;
  return schema;
}
constexpr Schema at_least(double least, Schema schema) {
  schema.least = least;
  return schema;
}
constexpr Schema above(double least, Schema schema) {
  schema.above_least = true;
  return at_least(least, schema);
}
constexpr Schema at_most(double most, Schema schema) {
  schema.most = most;
  return schema;
}
constexpr Schema checked_by(void (*check)(const json::Value&, const Places&, Validation&), Schema schema) {
  schema.check = check;
  return schema;
}

}  // namespace collet::api
