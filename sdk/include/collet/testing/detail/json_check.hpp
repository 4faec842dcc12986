// Whether a text is one JSON object: what plugins hand to the host has to be. For the testing headers.
#pragma once
#include <cctype>
#include <cstddef>
#include <string_view>

namespace collet::testing::detail {

/// Reads strict JSON without keeping anything. A value; used once.
class JsonCheck {
 public:
  explicit JsonCheck(std::string_view text) : text_(text) {}

  /// One object, with nothing but blanks around it.
  bool is_object() {
    skip_blanks();
    if (at_ == text_.size() || text_[at_] != '{' || !value(0)) return false;
    skip_blanks();
    return at_ == text_.size();
  }

 private:
  static constexpr int kMaxDepth = 128;

  bool value(int depth) {
    skip_blanks();
    if (at_ == text_.size() || depth > kMaxDepth) return false;
    switch (text_[at_]) {
      case '{':
        return members('}', depth, true);
      case '[':
        return members(']', depth, false);
      case '"':
        return string();
      case 't':
        return word("true");
      case 'f':
        return word("false");
      case 'n':
        return word("null");
      default:
        return number();
    }
  }
  bool members(char end, int depth, bool named) {
    ++at_;
    skip_blanks();
    if (take(end)) return true;
    do {
      skip_blanks();
      if (named) {
        if (!string()) return false;
        skip_blanks();
        if (!take(':')) return false;
      }
      if (!value(depth + 1)) return false;
      skip_blanks();
    } while (take(','));
    return take(end);
  }
  bool string() {
    if (!take('"')) return false;
    while (at_ < text_.size() && text_[at_] != '"') {
      if (static_cast<unsigned char>(text_[at_]) < 0x20) return false;
      if (text_[at_++] == '\\' && !escape()) return false;
    }
    return take('"');
  }
  bool escape() {
    if (at_ == text_.size()) return false;
    const char c = text_[at_++];
    if (c != 'u') return std::string_view("\"\\/bfnrt").find(c) != std::string_view::npos;
    for (int i = 0; i < 4; ++i)
      if (at_ == text_.size() || std::isxdigit(static_cast<unsigned char>(text_[at_++])) == 0) return false;
    return true;
  }
  bool number() {
    take('-');
    if (!take('0') && !digits()) return false;
    if (take('.') && !digits()) return false;
    if (!take('e') && !take('E')) return true;
    if (!take('+')) take('-');
    return digits();
  }
  bool digits() {
    const std::size_t begin = at_;
    while (at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9') ++at_;
    return at_ > begin;
  }
  bool word(std::string_view wanted) {
    if (text_.substr(at_, wanted.size()) != wanted) return false;
    at_ += wanted.size();
    return true;
  }
  bool take(char wanted) {
    if (at_ == text_.size() || text_[at_] != wanted) return false;
    ++at_;
    return true;
  }
  void skip_blanks() {
    while (at_ < text_.size() && std::string_view(" \t\r\n").find(text_[at_]) != std::string_view::npos)
      ++at_;
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

inline bool is_json_object(std::string_view text) { return JsonCheck(text).is_object(); }

}  // namespace collet::testing::detail
