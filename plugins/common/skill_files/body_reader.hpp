// Reads the members of a request's body and notes what is wrong, in the API's words.
#pragma once
#include <optional>
#include <string>

#include "collet/problems.hpp"

namespace collet::skill_files {

/// For one object: the body or a part of it. One thread.
class BodyReader {
 public:
  BodyReader(const json::Value& object, Problems& problems, Problems::Place place = {"body"})
      : object_(object), problems_(problems), place_(std::move(place)) {}

  /// As pydantic reads one: true, "yes", 1, …
  bool flag(const std::string& name, bool fallback) { return flag(name, std::optional(fallback)); }
  bool required_flag(const std::string& name) { return flag(name, std::nullopt); }
  /// Null or not there: nothing.
  std::optional<std::string> maybe_text(const std::string& name);
  /// `secret`: it is never shown.
  std::string required_text(const std::string& name, bool secret = false);
  /// 1 character or more.
  std::string required_filled_text(const std::string& name);
  /// A list, or null where it is not there or is null. Anything else is a problem.
  const json::Value* maybe_list(const std::string& name);
  /// The same for an object.
  const json::Value* maybe_object(const std::string& name);
  Problems::Place at(const std::string& name) const;

 private:
  bool flag(const std::string& name, std::optional<bool> fallback);
  const json::Value* find(const std::string& name) const { return json::find(object_, name); }

  const json::Value& object_;
  Problems& problems_;
  Problems::Place place_;
};

/// The parameter `name` of a route; a Refusal (422) where it is no kebab-case name of 1 to 255 characters.
/// `pattern`: the expression that the answer shows.
std::string checked_name(const Request& request, const std::string& name, const std::string& pattern);

}  // namespace collet::skill_files
