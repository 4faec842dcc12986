#include "plugins/file_check.hpp"

#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

namespace collet::plugins {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kEntryBytes = 1U << 20;  // of a group or user in its list: a group with many members

std::string reason() { return std::generic_category().message(errno); }

uid_t owner_of_program() {
  struct stat info = {};
  return ::stat("/proc/self/exe", &info) == 0 ? info.st_uid : 0;
}

std::string name_of_user(uid_t user) {
  struct passwd entry = {};
  struct passwd* found = nullptr;
  std::vector<char> texts(kEntryBytes);
  if (::getpwuid_r(user, &entry, texts.data(), texts.size(), &found) != 0 || found == nullptr) return {};
  return found->pw_name;
}

// What is wrong with who may change this; `name` begins the line. `path`: to ask for its access list.
std::string check_access(const struct stat& info, const std::string& name, const std::string& path) {
  if (info.st_uid != 0 && info.st_uid != ::geteuid() && info.st_uid != owner_of_program())
    return name + " belongs to another user (uid " + std::to_string(info.st_uid) + ")";
  if ((info.st_mode & S_IWOTH) != 0) return name + " is writable by everybody";
  if ((info.st_mode & S_IWGRP) == 0) return {};  // with an access list, the most that it grants
  // One that only repeats the mode is not kept by the kernel: this one names somebody.
  if (::getxattr(path.c_str(), "system.posix_acl_access", nullptr, 0) > 0)
    return name + " is writable by those that its access list names";
  if (!is_private_group(info.st_gid, info.st_uid))
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
      if (std::string wrong = check_access(info, name, above.string()); !wrong.empty()) return wrong;
    if (above == above.parent_path()) return {};
  }
}

}  // namespace

bool is_private_group(gid_t group, uid_t owner) {
  if (group == 0 || group != owner) return false;
  struct group entry = {};
  struct group* found = nullptr;
  std::vector<char> texts(kEntryBytes);
  if (::getgrgid_r(group, &entry, texts.data(), texts.size(), &found) != 0) return false;
  if (found == nullptr) return true;  // a number without a name: nobody can be listed
  const std::string alone = name_of_user(owner);
  for (char** member = found->gr_mem; *member != nullptr; ++member)
    if (alone != *member) return false;
  return true;
}

bool is_unchanged(const struct stat& before, const struct stat& after) {
  const auto same = [](const timespec& a, const timespec& b) {
    return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
  };
  return before.st_size == after.st_size && same(before.st_mtim, after.st_mtim) &&
         same(before.st_ctim, after.st_ctim);
}

Result<CheckedFile> open_checked(const fs::path& file) {
  // Not blocking: what is called x.so may be a named pipe.
  UniqueFd opened(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (!opened.valid()) return invalid("it cannot be opened: " + reason());
  CheckedFile checked{std::move(opened), {}, {}};
  if (::fstat(checked.descriptor.get(), &checked.info) != 0) return invalid("it cannot be read: " + reason());
  if (!S_ISREG(checked.info.st_mode)) return invalid("it is no regular file");

  std::error_code error;
  const std::string opened_one = "/proc/self/fd/" + std::to_string(checked.descriptor.get());
  checked.path = fs::read_symlink(opened_one, error);
  if (error) return invalid("it cannot be found: " + error.message());
  const fs::path folder = fs::absolute(file).lexically_normal().parent_path();
  const fs::path real_folder = fs::canonical(folder, error);
  if (error) return invalid("its folder cannot be found: " + error.message());
  if (checked.path.parent_path() != real_folder)
    return invalid("it is a link out of its folder, to " + checked.path.string());

  if (std::string wrong = check_access(checked.info, "it", opened_one); !wrong.empty())
    return invalid(std::move(wrong));
  // Both ways to it: whoever may change either decides what is loaded.
  for (const auto& way : {folder, real_folder})
    if (std::string wrong = check_folders(way); !wrong.empty()) return invalid(std::move(wrong));
  return checked;
}

}  // namespace collet::plugins
