#pragma once
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

namespace re2 {
class RE2;
}

namespace collet::file {

/// A pattern for paths below a folder, as in .gitignore: `*`, `?`, `[a-z]`, `[!a]`, `{a,b}`, `**`, `\`. One
/// without a "/" (but at its end) is for names at any depth, others are for paths from the folder on.
/// Immutable; matching takes time in proportion to the path. Any thread.
class GlobPattern {
 public:
  /// Throws std::invalid_argument with one line: a bracket or brace that is not closed, or too long.
  explicit GlobPattern(std::string_view text);

  /// `path`: relative to the folder, without "/" in front.
  bool matches(std::string_view path) const;

 private:
  enum class Form { kName, kEnding, kExpression };  // two quick ones for what most patterns are

  Form form_ = Form::kExpression;
  bool for_names_ = false;
  std::string literal_;
  std::shared_ptr<const re2::RE2> expression_;
};

/// Whether the text has characters with a meaning in patterns.
bool has_wildcard(std::string_view text);

}  // namespace collet::file
