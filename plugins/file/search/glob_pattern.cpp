#include "search/glob_pattern.hpp"

#include <re2/re2.h>

namespace collet::file {
namespace {

constexpr std::size_t kMaxLength = 4096;
constexpr std::string_view kWild = "*?[]{}\\";

re2::StringPiece piece(std::string_view text) { return {text.data(), text.size()}; }

// Turns a pattern into a regular expression over bytes, as paths are.
class Translation {
 public:
  explicit Translation(std::string_view pattern) : in_(pattern) {}

  std::string run() {
    while (at_ < in_.size()) step();
    if (depth_ > 0) throw std::invalid_argument("a brace is not closed");
    return out_;
  }

 private:
  void step() {
    const char c = in_[at_++];
    if (c == '*') return star();
    if (c == '?') return append("[^/]");
    if (c == '[') return bracket();
    if (c == '{') return ++depth_, append("(?:");
    if (c == '}' && depth_ > 0) return --depth_, append(")");
    if (c == ',' && depth_ > 0) return append("|");
    if (c == '\\' && at_ < in_.size()) return literal(in_[at_++]);
    literal(c);
  }

  void star() {
    const bool starts = at_ == 1 || in_[at_ - 2] == '/';
    if (at_ >= in_.size() || in_[at_] != '*') return append("[^/]*");
    while (at_ < in_.size() && in_[at_] == '*') ++at_;
    if (starts && at_ == in_.size()) return append(".+");
    if (!starts || in_[at_] != '/') return append("[^/]*");
    ++at_;
    append("(?:.*/)?");
  }

  void bracket() {
    std::string set = "[";
    if (at_ < in_.size() && (in_[at_] == '!' || in_[at_] == '^')) {
      set += "^/";
      ++at_;
    }
    for (bool first = true;; first = false) {
      if (at_ >= in_.size()) throw std::invalid_argument("a bracket is not closed");
      char c = in_[at_++];
      if (c == ']' && !first) break;
      if (c == '\\' && at_ < in_.size()) c = in_[at_++];
      const bool range = c == '-' && !first && at_ < in_.size() && in_[at_] != ']';
      set += range ? "-" : RE2::QuoteMeta(re2::StringPiece(&c, 1));
    }
    append(set + "]");
  }

  void literal(char c) { out_ += RE2::QuoteMeta(re2::StringPiece(&c, 1)); }
  void append(std::string_view text) { out_ += text; }

  std::string_view in_;
  std::size_t at_ = 0;
  int depth_ = 0;  // of braces
  std::string out_;
};

std::shared_ptr<const RE2> compiled(std::string_view pattern) {
  RE2::Options options(RE2::Latin1);
  options.set_dot_nl(true);
  options.set_log_errors(false);
  auto expression = std::make_shared<const RE2>(Translation(pattern).run(), options);
  if (!expression->ok()) throw std::invalid_argument(expression->error());
  return expression;
}

}  // namespace

bool has_wildcard(std::string_view text) { return text.find_first_of(kWild) != std::string_view::npos; }

GlobPattern::GlobPattern(std::string_view text) {
  if (text.size() > kMaxLength) throw std::invalid_argument("it is too long");
  while (text.starts_with("./")) text.remove_prefix(2);
  if (text.ends_with('/')) text.remove_suffix(1);
  for_names_ = text.find('/') == std::string_view::npos;
  if (text.starts_with('/')) text.remove_prefix(1);
  if (for_names_ && !has_wildcard(text)) {
    form_ = Form::kName;
    literal_ = text;
  } else if (for_names_ && text.starts_with('*') && text.size() > 1 && !has_wildcard(text.substr(1))) {
    form_ = Form::kEnding;
    literal_ = text.substr(1);
  } else {
    expression_ = compiled(text);
  }
}

bool GlobPattern::matches(std::string_view path) const {
  if (for_names_) path.remove_prefix(path.rfind('/') + 1);  // nothing where there is none: npos + 1 is 0
  if (form_ == Form::kName) return path == literal_;
  if (form_ == Form::kEnding) return path.ends_with(literal_);
  return RE2::FullMatch(piece(path), *expression_);
}

}  // namespace collet::file
