// Inside this folder only: values of one column of many rows, as one parameter of a statement on PostgreSQL.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace collet::storage {

/// An array in PostgreSQL's binary form, in which texts need no quoting.
class PostgresqlArray {
 public:
  enum Of : std::uint32_t { kIntegers = 20, kTexts = 25 };  ///< the types' numbers: int8 and text
  explicit PostgresqlArray(Of type) {
    for (const std::uint32_t word : {1U, 0U, std::uint32_t{type}, 0U, 1U}) append(word, 4);
  }

  void add(std::int64_t value) {
    begin(8);
    append(static_cast<std::uint64_t>(value), 8);
  }
  void add(std::string_view text) {
    begin(text.size());
    bytes_.append(text);
  }
  const std::string& bytes() const { return bytes_; }

 private:
  static constexpr std::size_t kCountAt = 12;  // behind: how many dimensions, whether nulls, of what type

  void begin(std::size_t size) {
    ++count_;
    for (std::size_t i = 0; i < 4; ++i)
      bytes_[kCountAt + i] = static_cast<char>(static_cast<unsigned char>(count_ >> (24 - 8 * i)));
    append(size, 4);
  }
  void append(std::uint64_t value, int size) {
    for (int i = size - 1; i >= 0; --i)
      bytes_ += static_cast<char>(static_cast<unsigned char>(value >> (8 * i)));
  }

  std::string bytes_;
  std::uint32_t count_ = 0;
};

}  // namespace collet::storage
