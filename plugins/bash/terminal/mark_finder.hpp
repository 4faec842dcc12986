// Takes the shell's marks (README.md) out of what is written to its terminal. All else goes on as it came.
//
// Not thread-safe, like any value. Memory: one mark of at most 16 KiB.
#pragma once
#include <functional>
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
  std::string
      not_lent;  ///< with kBegin: names of variables that the command does not get, each behind a space
};

class MarkFinder {
 public:
  using OnBytes = std::function<void(std::string_view bytes)>;
  using OnMark = std::function<void(const Mark& mark)>;

  /// `nonce`: what a mark must begin and end with; letters and digits. The functions are called from push().
  MarkFinder(const std::string& nonce, OnBytes on_bytes, OnMark on_mark);

  /// The beginning of a mark at the end of the bytes is held back until it is clear whether it is one.
  void push(std::string_view bytes);

 private:
  void outside(char c);
  void inside(char c);
  void finish_mark();
  void pass();

  const std::string prefix_, suffix_;
  const OnBytes on_bytes_;
  const OnMark on_mark_;

  std::string passed_;       // of this push(), not given yet
  std::size_t matched_ = 0;  // so many bytes of the prefix stand before the next one; all: a mark is read
  std::string mark_;         // behind its prefix
};

}  // namespace collet::bash
