#include <cctype>

#include "search/line_search.hpp"

namespace collet::file {
namespace {

// What ripgrep lets a backslash stand before, of the signs.
constexpr std::string_view kEscapable = "\\.+*?()|[]{}^$#&-~";

class Rewriting {
 public:
  explicit Rewriting(std::string_view pattern) : in_(pattern) {}

  std::string run() {
    while (at_ < in_.size()) step();
    return out_;
  }

 private:
  void step() {
    const char c = in_[at_++];
    if (c == '\\' && at_ < in_.size()) return escape(in_[at_++]);
    if (c == '[' && !in_class_) return open_class();
    if (c == '[' && named_class()) return;
    if (c == ']' && in_class_) in_class_ = false;
    if (c == '{' && !in_class_ && !repeats()) return append("\\{");
    if (in_class_ && (c == '[' || c == '&' || c == '~')) out_ += '\\';  // sets in sets are ripgrep's own
    out_ += c;
  }

  void escape(char c) {
    switch (c) {
      case 'd':
        return set("0-9", false);
      case 'w':
        return set("0-9A-Za-z_", false);
      case 's':
        return set("\\t\\f\\r ", false);
      case 'D':
        return set("0-9", true);
      case 'W':
        return set("0-9A-Za-z_", true);
      case 'S':
        return set("\\t\\n\\f\\r ", true);
      case 'b':
        return append(in_class_ ? "\\b" : "(?-u:\\b)");
      case 'B':
        return append(in_class_ ? "\\B" : "(?-u:\\B)");
      default:
        break;
    }
    const bool sign = std::ispunct(static_cast<unsigned char>(c)) != 0;
    if (!sign || kEscapable.find(c) != std::string_view::npos) out_ += '\\';
    out_ += c;
  }

  void set(std::string_view members, bool negated) {
    if (!in_class_) return append((negated ? "[^" : "[") + std::string(members) + "]");
    append(negated ? "[^" + std::string(members) + "]" : std::string(members));
  }

  // A "]" right behind the start is a member.
  void open_class() {
    in_class_ = true;
    out_ += '[';
    if (at_ < in_.size() && in_[at_] == '^') out_ += in_[at_++];
    if (at_ < in_.size() && in_[at_] == ']') append("\\]"), ++at_;
  }

  // [:alpha:], copied as it is.
  bool named_class() {
    const auto end = in_.substr(at_).starts_with(':') ? in_.find(":]", at_) : std::string_view::npos;
    if (end == std::string_view::npos) return false;
    append(in_.substr(at_ - 1, end + 2 - (at_ - 1)));
    at_ = end + 2;
    return true;
  }

  // Whether the brace before at_ begins {2}, {2,} or {2,3}, or stands in \p{…} or \x{…}.
  bool repeats() const {
    if (out_.ends_with("\\p") || out_.ends_with("\\P") || out_.ends_with("\\x")) return true;
    const auto end = in_.find('}', at_);
    if (end == std::string_view::npos || end == at_) return false;
    const auto inside = in_.substr(at_, end - at_);
    return inside.find_first_not_of("0123456789,") == std::string_view::npos && inside[0] != ',' &&
           inside.find(',') == inside.rfind(',');
  }

  void append(std::string_view text) { out_ += text; }

  std::string_view in_;
  std::size_t at_ = 0;
  bool in_class_ = false;
  std::string out_;
};

}  // namespace

std::string for_ripgrep(std::string_view pattern) { return Rewriting(pattern).run(); }

}  // namespace collet::file
