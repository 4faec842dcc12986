// The last output of a terminal, by its offset since the start. Not thread-safe, like any value.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace collet::bash {

/// Memory: what was appended, up to `capacity` bytes.
class OutputRing {
 public:
  explicit OutputRing(std::size_t capacity) : capacity_(capacity) {}

  void append(std::string_view bytes);
  std::uint64_t begin() const { return end_ - data_.size(); }  ///< offset of the oldest byte that is kept
  std::uint64_t end() const { return end_; }                   ///< offset of the next byte
  /// At most `limit` bytes from `offset` on, which is from begin() to end(). Good until the next append; may
  /// be fewer than there are.
  std::string_view read(std::uint64_t offset, std::size_t limit) const;

 private:
  std::size_t place(std::uint64_t offset) const { return static_cast<std::size_t>(offset % capacity_); }

  const std::size_t capacity_;
  std::string data_;  // byte `offset` is at offset % capacity_
  std::uint64_t end_ = 0;
};

}  // namespace collet::bash
