// Between what programs write to a terminal and plain text: takes out escape sequences, and applies carriage
// returns, backspaces and line erasure to the current line.
//
// Not thread-safe, like any value. Memory: one line of at most 16 KiB.
#pragma once
#include <functional>
#include <string>
#include <string_view>
#include <utility>

namespace collet::bash {

class OutputFilter {
 public:
  using OnText = std::function<void(std::string_view bytes)>;

  /// `on_text` is called from push(), flush() and reset().
  explicit OutputFilter(OnText on_text) : on_text_(std::move(on_text)) {}

  void push(std::string_view bytes);
  /// Hands over the current line as far as it goes; carriage returns can't go back behind this point.
  void flush();
  /// The same; what comes next is as at the beginning, not in the middle of a sequence.
  void reset();

 private:
  enum class State { kText, kEscape, kCsi, kString, kStringEscape, kCharset };

  void step(char c);
  void put(char c);
  void control(char c);
  void escape(char c);
  void csi_end(char final);
  void to_column(std::size_t characters);

  const OnText on_text_;

  State state_ = State::kText;
  std::string line_;         // the current line so far
  std::size_t cursor_ = 0;   // byte position in line_
  bool pending_cr_ = false;  // a CR whose next byte decides: line end or return
  std::string sequence_;     // of the escape sequence being read, bounded
};

}  // namespace collet::bash
