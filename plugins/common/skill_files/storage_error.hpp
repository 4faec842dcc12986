#pragma once
#include <cerrno>
#include <cstring>
#include <string>

#include "text_file.hpp"

namespace collet::skill_files {

/// Our own disk fails, whatever is to be written: no fault of what is to be installed.
class StorageError : public FileError {
 public:
  /// `code`: an errno.
  StorageError(const std::string& what, int code)
      : FileError(what + ": " + std::strerror(code)), is_full_(code == ENOSPC || code == EDQUOT) {}
  /// What to answer.
  int status() const { return is_full_ ? 507 : 503; }

 private:
  bool is_full_;
};

}  // namespace collet::skill_files
