#include "plugins/file_check.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <system_error>
#include <utility>

namespace collet::plugins {
namespace {

namespace fs = std::filesystem;

std::string reason() { return std::generic_category().message(errno); }

uid_t owner_of_program() {
  struct stat info = {};
  return ::stat("/proc/self/exe", &info) == 0 ? info.st_uid : 0;
}

// What is wrong with who may change this; `name` begins the line.
std::string check_access(const struct stat& info, const std::string& name) {
  if (info.st_uid != 0 && info.st_uid != ::geteuid() && info.st_uid != owner_of_program())
    return name + " belongs to another user (uid " + std::to_string(info.st_uid) + ")";
  if ((info.st_mode & S_IWOTH) != 0) return name + " is writable by everybody";
  // A user's private group has the user's number, and nobody else in it.
  if ((info.st_mode & S_IWGRP) != 0 && info.st_gid != info.st_uid)
    return name + " is writable by its group (gid " + std::to_string(info.st_gid) + ")";
  return {};
}

// `folder` is absolute; so are those above it, which are checked too.
std::string check_folders(const fs::path& folder) {
  for (fs::path above = folder;; above = above.parent_path()) {
    const std::string name = (above == folder ? "its folder " : "the folder above it, ") + above.string();
    struct stat info = {};
    if (::stat(above.c_str(), &info) != 0) return name + " cannot be read: " + reason();
    const bool sticky = above != folder && (info.st_mode & S_ISVTX) != 0 && info.st_uid == 0;
    if (!sticky)
      if (std::string wrong = check_access(info, name); !wrong.empty()) return wrong;
    if (above == above.parent_path()) return {};
  }
}

}  // namespace

Result<CheckedFile> open_checked(const fs::path& file) {
  // Not blocking: what is called x.so may be a named pipe.
  UniqueFd opened(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (!opened.valid()) return invalid("it cannot be opened: " + reason());
  CheckedFile checked{std::move(opened), {}, {}};
  if (::fstat(checked.descriptor.get(), &checked.info) != 0) return invalid("it cannot be read: " + reason());
  if (!S_ISREG(checked.info.st_mode)) return invalid("it is no regular file");

  std::error_code error;
  checked.path = fs::read_symlink("/proc/self/fd/" + std::to_string(checked.descriptor.get()), error);
  if (error) return invalid("it cannot be found: " + error.message());
  const fs::path folder = fs::absolute(file).lexically_normal().parent_path();
  const fs::path real_folder = fs::canonical(folder, error);
  if (error) return invalid("its folder cannot be found: " + error.message());
  if (checked.path.parent_path() != real_folder)
    return invalid("it is a link out of its folder, to " + checked.path.string());

  if (std::string wrong = check_access(checked.info, "it"); !wrong.empty()) return invalid(std::move(wrong));
  // Both ways to it: whoever may change either decides what is loaded.
  for (const auto& way : {folder, real_folder})
    if (std::string wrong = check_folders(way); !wrong.empty()) return invalid(std::move(wrong));
  return checked;
}

}  // namespace collet::plugins
