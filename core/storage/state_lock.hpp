#pragma once
#include <filesystem>

#include "base/result.hpp"
#include "collet/unique_fd.hpp"

namespace collet::storage {

/// Holds a state folder for this process: makes it with mode 0700 and keeps an exclusive lock on its file
/// `lock`, which says the owner's pid. The kernel lets go when the process ends, however it ends.
class StateLock {
 public:
  /// kUnavailable: another process holds it (named by its pid), or the folder can't be made or closed to
  /// others.
  static Result<StateLock> acquire(const std::filesystem::path& state_dir);

 private:
  explicit StateLock(UniqueFd file) : file_(std::move(file)) {}
  UniqueFd file_;
};

}  // namespace collet::storage
