#pragma once
#include <memory>
#include <string>
#include <string_view>

#include "search/search_limits.hpp"

namespace re2 {
class RE2;
}

namespace collet::file {

/// A regular expression that is looked for in lines, whatever the case of letters. Its dialect is RE2's:
/// Perl's without what needs backtracking, so a search takes time in proportion to the text. Immutable; any
/// thread.
class LineSearch {
 public:
  /// Throws std::invalid_argument with one line that says what is wrong with the pattern.
  explicit LineSearch(std::string_view pattern);

  /// Whether a line of the file has a match. Files with a NUL byte in what is read until then are binary and
  /// have none; UTF-16 is read where a mark says so. False also for what cannot be read. Blocks on the disk.
  bool in_file(const std::string& path, const SearchLimits& limits) const;
  /// The same for a text in memory.
  bool in_lines(std::string_view text) const;

 private:
  bool in_wide_file(const std::string& path) const;

  std::shared_ptr<const re2::RE2> expression_;
};

/// The same expression for ripgrep, which reads some of it differently: letters, digits and spaces of ASCII
/// alone are meant by \w, \d, \s and \b; needless backslashes and braces that repeat nothing are characters.
/// Pure.
std::string for_ripgrep(std::string_view pattern);

}  // namespace collet::file
