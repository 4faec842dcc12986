// Which of two routes of the same method and path a request is for: told by the members of its body.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace collet::http {

/// A value; any thread. An empty rule holds for nothing.
struct BodyRule {
  std::vector<std::string> has;    ///< all of them are there, and not null
  std::vector<std::string> any;    ///< one of them is there, or null, unless this is empty
  std::vector<std::string> lacks;  ///< none of them is there, but as null
  bool nothing = false;            ///< the body is empty; in place of all others

  bool empty() const { return has.empty() && any.empty() && lacks.empty() && !nothing; }
  /// Whether a body is a JSON object with such members. Looks at the whole text once, without building a
  /// tree.
  bool holds(std::string_view body) const;

  /// From JSON text, {"has": [names], "any": …, "lacks": …} or {"nothing": true}. kInvalid: what is wrong
  /// with it.
  static Result<BodyRule> parse(std::string_view text);
};

}  // namespace collet::http
