// What /openapi.json shows of a plugin's routes: pieces to write it with. All are JSON texts. Pure.
#pragma once
#include <initializer_list>
#include <string>
#include <string_view>

namespace collet::openapi {

// Schemas.
inline constexpr std::string_view kText = R"({"type":"string"})";
inline constexpr std::string_view kMaybeText = R"({"anyOf":[{"type":"string"},{"type":"null"}]})";
inline constexpr std::string_view kTexts = R"({"type":"array","items":{"type":"string"}})";
inline constexpr std::string_view kMaybeTexts =
    R"({"anyOf":[{"type":"array","items":{"type":"string"}},{"type":"null"}]})";
inline constexpr std::string_view kInteger = R"({"type":"integer"})";
inline constexpr std::string_view kYesNo = R"({"type":"boolean"})";
inline constexpr std::string_view kObject = R"({"type":"object","additionalProperties":true})";

struct Member {
  std::string_view name;
  std::string schema;
  bool required = true;
  Member(std::string_view member, std::string_view text, bool is_required = true)
      : name(member), schema(text), required(is_required) {}
};
/// The schema of an object.
std::string object(std::initializer_list<Member> members);
/// The schema of an array.
std::string list_of(std::string_view schema);
/// What fits the schema, or null.
std::string maybe(std::string_view schema);
/// A boolean with a default.
std::string switched(bool by_default);
/// A parameter object for a segment of the path.
std::string in_path(std::string_view name, std::string_view schema);

struct Operation {
  std::string_view tag;
  std::string id;
  std::string_view summary;
  std::string parameters = {};   ///< parameter objects, separated by commas
  std::string body = {};         ///< schema; empty: none
  int status = 200;              ///< of the answer
  std::string answer = {};       ///< schema
  std::string_view others = {};  ///< more statuses, "200,404": a success is an answer in the same form; of
                                 ///< failures the server itself says what they mean and look like
};
/// An OpenAPI operation object.
std::string describe(const Operation& from);

}  // namespace collet::openapi
