// The end of what a program has printed, for the line that says why it ended.
#pragma once
#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace collet::detail {

/// Keeps the last bytes of an output. One thread.
class OutputTail {
 public:
  void add(std::string_view piece) {
    kept_ += piece;
    if (kept_.size() <= kMost) return;
    // What is left must not begin in the middle of a line: half a secret could not be hidden.
    kept_.erase(0, kept_.size() - kMost);
    kept_.erase(0, std::min(kept_.find('\n'), kept_.size() - 1) + 1);
  }

  /// The last whole line that names an error, else the last one, without what is secret; at most 200 bytes.
  std::string telling_line(const std::vector<std::string>& secrets) const {
    std::string best;
    bool is_error = false;
    std::string_view rest = kept_;
    for (auto end = rest.find('\n'); end != std::string_view::npos; end = rest.find('\n')) {
      const std::string line = plain(rest.substr(0, end));
      const bool names_error = line.find("rror:") != std::string::npos;
      if (line.find_first_not_of(' ') != std::string::npos && (names_error || !is_error)) {
        best = line;
        is_error = names_error;
      }
      rest.remove_prefix(end + 1);
    }
    for (const auto& secret : secrets)
      for (auto at = best.find(secret); !secret.empty() && at != std::string::npos; at = best.find(secret))
        best.replace(at, secret.size(), "<hidden>");
    best.resize(std::min<std::size_t>(best.size(), 200));
    return best;
  }

 private:
  static constexpr std::size_t kMost = 8192;

  // Printable ASCII only: the log is read in terminals.
  static std::string plain(std::string_view line) {
    std::string text;
    for (const char c : line)
      if (c >= ' ' && c <= '~') text += c;
    return text;
  }

  std::string kept_;
};

}  // namespace collet::detail
