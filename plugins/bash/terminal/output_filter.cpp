#include "terminal/output_filter.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

namespace collet::bash {
namespace {

constexpr std::size_t kMaxLine = 16U << 10;
constexpr std::size_t kMaxSequence = 64;
constexpr char kEscape = '\x1B';
constexpr char kBell = '\x07';

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

}  // namespace

void OutputFilter::push(std::string_view bytes) {
  while (!bytes.empty()) {
    // Plain text at the end of a line is nearly everything: take it in runs.
    if (state_ == State::kText && !pending_cr_ && cursor_ == line_.size()) {
      const auto end = std::find_if(bytes.begin(), bytes.end(), [](char c) {
        return static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t';
      });
      const auto run = bytes.substr(0, static_cast<std::size_t>(end - bytes.begin()));
      if (!run.empty()) {
        const auto last_line = run.rfind('\n');
        if (last_line != std::string_view::npos || line_.size() + run.size() > kMaxLine) {
          flush();
          const auto kept = run.size() - (last_line == std::string_view::npos ? run.size() : last_line + 1);
          const auto passed = kept > kMaxLine ? run.size() : run.size() - kept;
          on_text_(run.substr(0, passed));
          line_ = run.substr(passed);
        } else {
          line_ += run;
        }
        cursor_ = line_.size();
        bytes.remove_prefix(run.size());
        continue;
      }
    }
    step(bytes.front());
    bytes.remove_prefix(1);
  }
}

void OutputFilter::flush() {
  if (!line_.empty()) on_text_(line_);
  line_.clear();
  cursor_ = 0;
}

void OutputFilter::reset() {
  flush();
  state_ = State::kText;
  pending_cr_ = false;
}

void OutputFilter::step(char c) {
  switch (state_) {
    case State::kText:
      if (std::exchange(pending_cr_, false) && c != '\n' && c != '\r') cursor_ = 0;
      static_cast<unsigned char>(c) < 0x20 || c == '\x7F' ? control(c) : put(c);
      return;
    case State::kEscape:
      return escape(c);
    case State::kCsi:
      if (c >= '\x40' && c <= '\x7E') return csi_end(c);
      if (c == kEscape) {
        state_ = State::kEscape;
      } else if (sequence_.size() < kMaxSequence) {
        sequence_ += c;
      }
      return;
    case State::kString:
      if (c == kBell) state_ = State::kText;
      if (c == kEscape) state_ = State::kStringEscape;
      return;
    case State::kStringEscape:  // ESC \ ends a string; another sequence does so as well
      if (c == '\\') {
        state_ = State::kText;
      } else {
        escape(c);
      }
      return;
    case State::kCharset:
      state_ = State::kText;
      return;
  }
}

void OutputFilter::put(char c) {
  if (cursor_ == line_.size()) {
    line_ += c;
  } else if (is_continuation(c)) {
    line_.insert(cursor_, 1, c);
  } else {
    // Takes the place of one character, however many bytes that has.
    std::size_t end = cursor_ + 1;
    while (end < line_.size() && is_continuation(line_[end])) ++end;
    line_.replace(cursor_, end - cursor_, 1, c);
  }
  ++cursor_;
  if (line_.size() > kMaxLine) flush();
}

void OutputFilter::control(char c) {
  switch (c) {
    case '\n':
      line_ += '\n';
      flush();
      return;
    case '\r':
      pending_cr_ = true;
      return;
    case '\t':
      put(c);
      return;
    case '\b':
      if (cursor_ > 0) --cursor_;
      while (cursor_ > 0 && is_continuation(line_[cursor_])) --cursor_;
      return;
    case kEscape:
      state_ = State::kEscape;
      return;
    default:  // bells and the like
      return;
  }
}

void OutputFilter::escape(char c) {
  sequence_.clear();
  switch (c) {
    case '[':
      state_ = State::kCsi;
      return;
    case ']':
    case 'P':
    case 'X':
    case '^':
    case '_':
      state_ = State::kString;
      return;
    case '(':
    case ')':
    case '*':
    case '+':
    case '#':
    case '%':
    case ' ':
      state_ = State::kCharset;
      return;
    case kEscape:
      state_ = State::kEscape;
      return;
    default:
      state_ = State::kText;
      return;
  }
}

void OutputFilter::csi_end(char final) {
  state_ = State::kText;
  std::size_t count = 0;
  std::from_chars(sequence_.data(), sequence_.data() + sequence_.size(), count);
  if (final == 'K') {  // erase in line: 0 to the end, 1 to the cursor, 2 all
    if (count == 0) {
      line_.erase(cursor_);
    } else if (count == 2) {
      line_.clear();
      cursor_ = 0;
    }
  } else if (final == 'G') {
    to_column(count > 0 ? count - 1 : 0);
  } else if (final == 'D') {
    for (std::size_t left = std::max<std::size_t>(count, 1); left > 0 && cursor_ > 0; --left) control('\b');
  }
}

void OutputFilter::to_column(std::size_t characters) {
  cursor_ = 0;
  for (; characters > 0 && cursor_ < line_.size(); --characters) {
    ++cursor_;
    while (cursor_ < line_.size() && is_continuation(line_[cursor_])) ++cursor_;
  }
}

}  // namespace collet::bash
