#include "plugins/file_check.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <system_error>

namespace collet::plugins {
namespace {

namespace fs = std::filesystem;

uid_t owner_of_program() {
  struct stat info = {};
  return ::stat("/proc/self/exe", &info) == 0 ? info.st_uid : 0;
}

std::string check_one(const fs::path& path, bool folder) {
  const std::string name = folder ? "its folder " + path.string() : "it";
  struct stat info = {};
  if (::stat(path.c_str(), &info) != 0)
    return name + " cannot be read: " + std::generic_category().message(errno);
  if (folder ? !S_ISDIR(info.st_mode) : !S_ISREG(info.st_mode)) return name + " is no regular file";
  if (info.st_uid != 0 && info.st_uid != ::geteuid() && info.st_uid != owner_of_program())
    return name + " belongs to another user (uid " + std::to_string(info.st_uid) + ")";
  if ((info.st_mode & S_IWOTH) != 0) return name + " is writable by everybody";
  // A user's private group has the user's number, and nobody else in it.
  if ((info.st_mode & S_IWGRP) != 0 && info.st_gid != info.st_uid) return name + " is writable by its group";
  return {};
}

}  // namespace

Result<void> check_file(const fs::path& file) {
  std::error_code error;
  const fs::path target = fs::canonical(file, error);
  if (error) return invalid("it cannot be found: " + error.message());
  if (std::string wrong = check_one(target, false); !wrong.empty()) return invalid(std::move(wrong));
  if (std::string wrong = check_one(target.parent_path(), true); !wrong.empty())
    return invalid(std::move(wrong));
  const fs::path folder = fs::absolute(file).parent_path();
  if (std::string wrong = check_one(folder, true); !wrong.empty()) return invalid(std::move(wrong));
  return {};
}

}  // namespace collet::plugins
