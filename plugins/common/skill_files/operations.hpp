// What /openapi.json shows of routes: small helpers to write it.
#pragma once
#include <initializer_list>
#include <string>
#include <string_view>

namespace collet::skill_files::operations {

inline constexpr std::string_view kText = R"({"type":"string"})";
inline constexpr std::string_view kMaybeText = R"({"anyOf":[{"type":"string"},{"type":"null"}]})";
inline constexpr std::string_view kYesNo = R"({"type":"boolean"})";
inline constexpr std::string_view kObject = R"({"type":"object","additionalProperties":true})";
inline constexpr std::string_view kTexts = R"({"type":"array","items":{"type":"string"}})";

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
std::string list_of(const std::string& schema);
/// A boolean with a default.
std::string switched(bool by_default);

struct Description {
  std::string_view tag;
  std::string id;
  std::string_view summary;
  std::string body = {};           ///< schema; empty: none
  std::string answer = {};         ///< schema
  std::string_view failures = {};  ///< "404,409"
};
/// An OpenAPI operation object.
std::string describe(const Description& from);

}  // namespace collet::skill_files::operations
