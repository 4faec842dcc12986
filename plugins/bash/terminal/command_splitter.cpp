#include "terminal/command_splitter.hpp"

#include <algorithm>
#include <cctype>
#include <deque>
#include <utility>

namespace collet::bash {
namespace {

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r'; }
bool ends_word(char c) {
  return is_space(c) || c == '\n' || c == ';' || c == '&' || c == '|' || c == '(' || c == ')' || c == '<' ||
         c == '>';
}

bool is_one_of(std::string_view word, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

class Splitter {
 public:
  explicit Splitter(std::string_view text) : text_(text) {}

  std::vector<std::string> split() {
    while (at_ < text_.size()) step();
    end_command(text_.size());
    if (depth_ != 0 || broken_) commands_ = {std::string(trim(text_))};
    std::erase(commands_, "");
    return std::move(commands_);
  }

 private:
  struct HereDocument {
    std::string end;
    bool strip_tabs;
  };

  static std::string_view trim(std::string_view text) {
    while (!text.empty() && std::isspace(static_cast<unsigned char>(text.front())) != 0)
      text.remove_prefix(1);
    while (!text.empty() && std::isspace(static_cast<unsigned char>(text.back())) != 0) text.remove_suffix(1);
    return text;
  }
  char peek(std::size_t ahead = 0) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }
  bool at_text(std::string_view what) const { return text_.substr(at_).starts_with(what); }

  void step() {
    const char c = peek();
    if (c == '\n') return line_end();
    if (is_space(c)) return void(++at_);
    if (c == '\\' && peek(1) == '\n') return void(at_ += 2);
    if (c == '#') return comment();
    if (c == ';' || c == '&' || c == '|' || c == '(' || c == ')') return operator_token();
    if (at_text("<<<")) return redirection(3);
    if (at_text("<<")) return here_document();
    if (at_text("<(") || at_text(">(")) return void(++at_), skip_parentheses();
    if (c == '<' || c == '>') return redirection(1);
    word();
  }

  void redirection(std::size_t length) {
    at_ += length;
    empty_ = false;
    continues_ = false;
  }

  void comment() {
    const auto end = std::min(text_.find('\n', at_), text_.size());
    if (empty_ && depth_ == 0) start_ = end;  // a comment line belongs to no command
    at_ = end;
  }

  void line_end() {
    ++at_;
    if (!here_documents_.empty()) read_here_documents();
    if (depth_ == 0 && !continues_) end_command(at_);
    command_start_ = true;
  }

  void end_command(std::size_t end) {
    if (!empty_) commands_.emplace_back(trim(text_.substr(start_, end - start_)));
    start_ = end;
    empty_ = true;
    continues_ = false;
  }

  void operator_token() {
    const char c = peek();
    empty_ = false;
    if (c == '(') {
      if (in_case_pattern()) return void(++at_);
      ++depth_, ++at_;
      closers_.push_back(')');
      command_start_ = true;
      continues_ = false;
      return;
    }
    if (c == ')') {
      ++at_;
      if (in_case_pattern()) {
        closers_.back() = 'C';  // the pattern's end; its commands follow
        command_start_ = true;
        return;
      }
      if (closers_.empty() || closers_.back() != ')') return void(broken_ = true);
      closers_.pop_back();
      --depth_;
      command_start_ = true;
      // A function's body may stand on the next line.
      continues_ = text_.substr(0, at_).ends_with("()");
      return;
    }
    std::size_t length = 1;
    if (at_text("&&") || at_text("||") || at_text(";;") || at_text("|&")) length = 2;
    if (at_text(";;&")) length = 3;
    const bool joins = at_text("&&") || c == '|';
    if (c == ';' && length > 1 && !closers_.empty() && closers_.back() == 'C') closers_.back() = 'P';
    at_ += length;
    command_start_ = true;
    continues_ = joins;
  }

  // Between `in` or `;;` and the `)` of a pattern.
  bool in_case_pattern() const { return !closers_.empty() && closers_.back() == 'P'; }

  void word() {
    const std::size_t begin = at_;
    bool plain = true;
    empty_ = false;
    while (at_ < text_.size() && !ends_word(peek())) {
      const char c = peek();
      if (c == '\\') {
        plain = false;
        at_ += 2;
      } else if (c == '\'' || c == '"' || c == '`' || c == '$') {
        plain = false;
        quote();
      } else {
        ++at_;
      }
    }
    at_ = std::min(at_, text_.size());
    continues_ = false;
    const auto text = text_.substr(begin, at_ - begin);
    if (plain && (text == "((" || text == "[[")) plain = false;
    const bool reserved = plain && reserved_word(text);
    if (!reserved) command_start_ = false;
  }

  // True: the next word may be a reserved one as well.
  bool reserved_word(std::string_view text) {
    if (in_case_pattern()) {
      if (text == "esac") close("P");
      return true;
    }
    if (text == "in" && !closers_.empty() && closers_.back() == 'c') return closers_.back() = 'P', true;
    if (!command_start_) return false;
    if (std::exchange(function_, false)) return true;  // its name
    if (is_one_of(text, {"then", "else", "elif", "do", "!", "time"})) return continues_ = true, true;
    if (is_one_of(text, {"if", "while", "until"})) return open(text == "if" ? 'i' : 'l'), true;
    if (is_one_of(text, {"for", "select"})) return open('l'), false;
    if (text == "case") return open('c'), false;
    if (text == "{") return open('{'), true;
    if (text == "function") return function_ = true, true;
    if (text == "fi") return close("i"), true;
    if (text == "done") return close("l"), true;
    if (text == "esac") return close("CP"), true;
    if (text == "}") return close("{"), true;
    return false;
  }

  void open(char closer) {
    ++depth_;
    closers_.push_back(closer);
  }
  void close(std::string_view allowed) {
    if (closers_.empty() || allowed.find(closers_.back()) == std::string_view::npos)
      return void(broken_ = true);
    closers_.pop_back();
    --depth_;
  }

  void quote() {
    const char c = peek();
    if (c == '\'') return skip_to('\'', false);
    if (c == '`') return skip_to('`', true);
    if (c == '"') return double_quotes();
    ++at_;  // $
    if (peek() == '\'') return skip_to('\'', true);
    if (peek() == '"') return double_quotes();
    if (peek() == '(') return skip_parentheses();
    if (peek() == '{') return skip_braces();
  }

  void skip_to(char end, bool escapes) {
    for (++at_; at_ < text_.size(); ++at_) {
      if (escapes && peek() == '\\') {
        ++at_;
      } else if (peek() == end) {
        return void(++at_);
      }
    }
    broken_ = true;
  }
  void double_quotes() {
    for (++at_; at_ < text_.size();) {
      if (peek() == '\\') {
        at_ += 2;
      } else if (peek() == '"') {
        return void(++at_);
      } else if (peek() == '$' || peek() == '`') {
        quote();
      } else {
        ++at_;
      }
    }
    broken_ = true;
  }
  void skip_braces() { skip_nested('{', '}'); }
  // Good enough: quotes and nesting count, comments and case patterns inside do not.
  void skip_parentheses() { skip_nested('(', ')'); }
  void skip_nested(char open, char close) {
    if (++nesting_ > 100) broken_ = true;
    int level = 0;
    while (at_ < text_.size() && !broken_) {
      const char c = peek();
      if (c == '\\') {
        at_ += 2;
      } else if (c == '\'' || c == '"' || c == '`') {
        quote();
      } else {
        ++at_;
        if (c == open) ++level;
        if (c == close && --level == 0) return void(--nesting_);
      }
    }
    at_ = text_.size();
    broken_ = true;
  }

  void here_document() {
    at_ += 2;
    empty_ = false;
    HereDocument document{"", peek() == '-'};
    if (document.strip_tabs) ++at_;
    while (is_space(peek())) ++at_;
    const std::size_t begin = at_;
    while (at_ < text_.size() && !ends_word(peek())) {
      if (peek() == '\'' || peek() == '"') {
        skip_to(peek(), false);
      } else {
        at_ += peek() == '\\' ? 2 : 1;
      }
    }
    at_ = std::min(at_, text_.size());
    for (const char c : text_.substr(begin, at_ - begin))
      if (c != '\'' && c != '"' && c != '\\') document.end += c;
    if (document.end.empty()) broken_ = true;
    here_documents_.push_back(std::move(document));
    continues_ = false;
  }

  void read_here_documents() {
    for (; !here_documents_.empty(); here_documents_.pop_front()) {
      const auto& document = here_documents_.front();
      for (bool ended = false; !ended;) {
        if (at_ >= text_.size()) return void(here_documents_.clear());
        const auto end = std::min(text_.find('\n', at_), text_.size());
        auto line = text_.substr(at_, end - at_);
        if (document.strip_tabs) line.remove_prefix(std::min(line.find_first_not_of('\t'), line.size()));
        ended = line == document.end;
        at_ = std::min(end + 1, text_.size());
      }
    }
  }

  const std::string_view text_;
  std::size_t at_ = 0;
  std::size_t start_ = 0;      // of the current command
  bool empty_ = true;          // nothing of it yet
  bool continues_ = false;     // an operator wants more on the next line
  bool command_start_ = true;  // a reserved word would be one here
  bool broken_ = false;        // not understood
  bool function_ = false;      // the next word names one
  int depth_ = 0, nesting_ = 0;
  std::string closers_;  // open constructs: ) subshell, i if, l loop, { group, c case before in, P pattern, C
                         // its commands
  std::deque<HereDocument> here_documents_;
  std::vector<std::string> commands_;
};

}  // namespace

std::vector<std::string> split_commands(std::string_view script) { return Splitter(script).split(); }

}  // namespace collet::bash
