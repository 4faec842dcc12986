#include "named.hpp"

#include <algorithm>
#include <string_view>

#include "collet/problems.hpp"

namespace collet::profiles {
namespace {

constexpr std::size_t kMostCharacters = 64;
constexpr std::ptrdiff_t kMostOfId = 128;
constexpr std::string_view kPattern = "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$";

bool is_letter_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

// `in`: "path" or "body"; `member`: "name".
std::string check_name(std::string_view name, const std::string& in, const std::string& member) {
  json::Writer input;
  input.value(name);
  Problems problems;
  if (name.size() > kMostCharacters)
    problems.add("string_too_long", {in, member}, "String should have at most 64 characters", input.take());
  else if (name.empty())
    problems.add("string_too_short", {in, member}, "String should have at least 1 character", input.take());
  else if (!is_letter_or_digit(name.front()) || !std::all_of(name.begin(), name.end(), [](char c) {
             return is_letter_or_digit(c) || c == '.' || c == '_' || c == '-';
           }))
    problems.add("string_pattern_mismatch", {in, member},
                 "String should match pattern '" + std::string(kPattern) + "'", input.take());
  problems.check();
  return std::string(name);
}

}  // namespace

std::string name_of(const Request& request) { return check_name(request.param("name"), "path", "name"); }

std::string id_of(const Request& request) {
  const std::string id(request.param("profile_id"));
  const auto characters = std::count_if(
      id.begin(), id.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; });
  Problems problems;
  if (characters > kMostOfId)
    problems.add("string_too_long", {"path", "profile_id"}, "String should have at most 128 characters",
                 json::Writer().value(id).take());
  problems.check();
  return id;
}

std::string read_new_name(const Request& request) {
  const auto body = read_object(request);
  const json::Value* name = json::find(static_cast<const json::Value&>(body), "new_name");
  Problems problems;
  if (name == nullptr)
    problems.missing({"body", "new_name"}, "{}");
  else if (!name->IsString())
    problems.add("string_type", {"body", "new_name"}, "Input should be a valid string", json::dump(*name));
  problems.check();
  return check_name(json::view(*name), "body", "new_name");
}

Response said(const std::string& name, const std::string& message, int status) {
  json::Writer w;
  w.object().member("name", name).member("message", message).end();
  return Response::json(w.take(), status);
}

Response renamed(const std::string& kind, const std::string& name, const std::string& to) {
  return said(to, name == to ? kind + " '" + name + "' unchanged (same name)"
                             : kind + " '" + name + "' renamed to '" + to + "'");
}

}  // namespace collet::profiles
