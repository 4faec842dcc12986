// Between what programs write to a terminal and plain text: takes out escape sequences, applies carriage
// returns, backspaces and line erasure to the current line, and finds the shell's marks (README.md).
//
// Not thread-safe, like any value. Memory: one line of at most 16 KiB and one mark of at most 16 KiB.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace collet::bash {

/// What the shell says about itself in the middle of its output.
struct Mark {
  enum class Kind { kReady, kBegin, kEnd };
  Kind kind = Kind::kReady;
  long number = 0;          ///< of the command
  int status = 0;           ///< exit status, with kEnd
  std::string working_dir;  ///< with kReady and kEnd
};

class OutputFilter {
 public:
  using OnText = std::function<void(std::string_view bytes)>;
  using OnMark = std::function<void(const Mark& mark)>;

  /// `nonce`: what a mark must begin and end with; letters and digits. The functions are called from push()
  /// and flush().
  OutputFilter(const std::string& nonce, OnText on_text, OnMark on_mark);

  void push(std::string_view bytes);
  /// Hands over the current line as far as it goes; carriage returns can't go back behind this point.
  void flush();

  /// The number that begins our marks: ESC ] 7717 ; nonce ; … ; nonce BEL.
  static constexpr std::string_view kMarkCode = "7717;";

 private:
  enum class State { kText, kEscape, kCsi, kOsc, kOscEscape, kString, kStringEscape, kCharset, kMark };

  void step(char c);
  void put(char c);
  void control(char c);
  void escape(char c);
  void csi_end(char final);
  void osc(char c);
  void mark_byte(char c);
  void finish_mark();
  void to_column(std::size_t characters);

  const std::string mark_prefix_;  // behind ESC ]
  const std::string mark_suffix_;  // with its BEL
  const OnText on_text_;
  const OnMark on_mark_;

  State state_ = State::kText;
  std::string line_;         // the current line so far
  std::size_t cursor_ = 0;   // byte position in line_
  bool pending_cr_ = false;  // a CR whose next byte decides: line end or return
  std::string sequence_;     // of the escape sequence being read, bounded
};

}  // namespace collet::bash
