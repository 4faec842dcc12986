// What a hooks file says, in the one form that the interface shows.
#pragma once
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace collet::hooks {

/// One line for people: where and what. Holds names and positions of the file, no other text of it.
class HookError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The hooks of a file's text, with all defaults, as JSON text; nothing: it has none. Names of events may be
/// written as PreToolUse and stand inside a member "hooks", as other tools write them. Throws HookError.
/// Pure.
std::optional<std::string> normalised(std::string_view text);

}  // namespace collet::hooks
