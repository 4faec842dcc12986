// A file without a name, for what has to be complete before it is sent.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "collet/unique_fd.hpp"

namespace collet::file {

/// Gone when the last descriptor is closed, also when the server is killed. One thread at a time; blocks on
/// the disk. Throws a Refusal (507: no space left) or std::system_error.
class Spool {
 public:
  explicit Spool(const std::string& folder);
  void write(std::string_view bytes);
  std::uint64_t size() const { return size_; }
  UniqueFd take() { return std::move(file_); }

 private:
  const std::string folder_;
  UniqueFd file_;
  std::uint64_t size_ = 0;
};

}  // namespace collet::file
