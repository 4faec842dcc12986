// The output of a command that was not reported yet: the beginning and the end in memory, all of it in a file
// when it is long. Not thread-safe; the file is written as the output comes.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "collet/unique_fd.hpp"
#include "system/utf8.hpp"

namespace collet::bash {

class OutputBuffer {
 public:
  struct Limits {
    std::size_t characters = 30'000;       ///< more is cut in the middle
    std::int64_t file_bytes = 64LL << 20;  ///< of the file; the rest is not kept
  };

  OutputBuffer() : OutputBuffer(Limits()) {}
  explicit OutputBuffer(Limits limits) : limits_(limits) {}

  /// Where to keep long output; a folder, made when it is needed. Empty: nowhere.
  void save_to(const std::string& folder) { folder_ = folder; }
  void append(std::string_view bytes);
  bool empty() const { return head_.empty() && tail_.empty(); }
  std::uint64_t bytes() const { return bytes_; }
  std::int64_t file_bytes() const { return file_bytes_; }

  /// What there is, as valid UTF-8: without empty lines in front and space behind, cut in the middle when it
  /// is long, with a note that says how much is missing and where it is. The buffer is empty afterwards.
  std::string take();

 private:
  void add(std::string_view text);
  void spill(std::string_view text);
  std::string note(std::size_t left_out) const;

  Limits limits_;
  std::string folder_;
  Utf8Cleaner cleaner_;
  std::string head_, tail_;
  std::size_t head_characters_ = 0, characters_ = 0;
  std::uint64_t bytes_ = 0;

  UniqueFd file_;
  std::string file_path_;
  std::int64_t file_bytes_ = 0;
  bool file_cut_ = false;
};

}  // namespace collet::bash
