#include "plugins/file_check.hpp"

#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <deque>
#include <fstream>
#include <mutex>
#include <sstream>
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

bool is_ours(uid_t owner) { return owner == 0 || owner == ::geteuid() || owner == owner_of_program(); }

// Whether the list of users is the whole of them: a directory (LDAP, SSSD) need not list those that it knows.
bool users_are_all_listed() {
  std::ifstream config("/etc/nsswitch.conf");
  if (!config) return true;  // the C library looks into the files then
  for (std::string line; std::getline(config, line);) {
    std::istringstream words(line.substr(0, line.find('#')));
    std::string word;
    if (!(words >> word) || word != "passwd:") continue;
    while (words >> word)
      if (word != "files" && word != "compat" && word != "systemd") return false;
  }
  return true;
}

std::vector<Account> all_users() {
  static std::mutex mutex;  // the list has one place for all of the process
  const std::lock_guard lock(mutex);
  std::vector<Account> users;
  std::vector<char> texts(kEntryBytes);
  struct passwd entry = {};
  struct passwd* found = nullptr;
  ::setpwent();
  while (::getpwent_r(&entry, texts.data(), texts.size(), &found) == 0 && found != nullptr)
    users.push_back({found->pw_name, found->pw_uid, found->pw_gid});
  ::endpwent();
  return users;
}

// What is wrong with who may change this; `name` begins the line. `path`: to ask for its access list.
std::string check_access(const struct stat& info, const std::string& name, const std::string& path) {
  if (!is_ours(info.st_uid))
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

// Goes from the root to a file, link by link, as the kernel does: whoever may change a folder or a link on
// the way decides what is loaded.
class Way {
 public:
  // `file` is absolute; `folders`: by which the plugin's own folder is known, the rest is above it.
  Way(const fs::path& file, std::vector<fs::path> folders)
      : todo_(file.begin(), file.end()), folders_(std::move(folders)) {}

  // What is wrong with it; empty: nothing.
  std::string check() {
    constexpr int kMostLinks = 40;  // as the kernel has it
    int links = 0;
    while (!todo_.empty()) {
      const fs::path part = std::exchange(todo_.front(), {});
      todo_.pop_front();
      if (part.empty() || part == ".") continue;
      if (part.is_absolute()) {
        at_ = "/";
      } else if (part == "..") {
        at_ = at_.parent_path();
      } else {
        struct stat info = {};
        if (::lstat((at_ / part).c_str(), &info) != 0)
          return (at_ / part).string() + " cannot be read: " + reason();
        if (S_ISLNK(info.st_mode)) {
          if (++links > kMostLinks) return "there are too many links on the way to it";
          if (std::string wrong = follow(at_ / part, info); !wrong.empty()) return wrong;
          continue;
        }
        if (!S_ISDIR(info.st_mode)) return {};  // the file
        at_ /= part;
      }
      if (std::string wrong = check_folder(); !wrong.empty()) return wrong;
    }
    return {};
  }

 private:
  // In a sticky folder, its owner may still turn it elsewhere.
  std::string follow(const fs::path& link, const struct stat& info) {
    if (!is_ours(info.st_uid))
      return "the link on the way to it, " + link.string() + " belongs to another user (uid " +
             std::to_string(info.st_uid) + ")";
    std::error_code error;
    const fs::path to = fs::read_symlink(link, error);
    if (error) return "the link on the way to it, " + link.string() + " cannot be read: " + error.message();
    todo_.insert(todo_.begin(), to.begin(), to.end());
    return {};
  }

  std::string check_folder() const {
    const bool own = std::find(folders_.begin(), folders_.end(), at_) != folders_.end();
    const std::string name = (own ? "its folder " : "the folder above it, ") + at_.string();
    struct stat info = {};
    if (::stat(at_.c_str(), &info) != 0) return name + " cannot be read: " + reason();
    if (!own && (info.st_mode & S_ISVTX) != 0 && info.st_uid == 0) return {};
    return check_access(info, name, at_.string());
  }

  std::deque<fs::path> todo_;
  fs::path at_ = "/";
  const std::vector<fs::path> folders_;
};

}  // namespace

bool is_alone_in(gid_t group, uid_t owner, const std::vector<Account>& users,
                 const std::vector<std::string>& members) {
  std::string name;
  for (const auto& user : users) {
    if (user.uid == owner && user.gid == group && name.empty()) name = user.name;
    if (user.uid != owner && user.gid == group) return false;
  }
  return !name.empty() &&
         std::all_of(members.begin(), members.end(), [&](const auto& member) { return member == name; });
}

bool is_private_group(gid_t group, uid_t owner) {
  if (group == 0 || !users_are_all_listed()) return false;
  struct group entry = {};
  struct group* found = nullptr;
  std::vector<char> texts(kEntryBytes);
  if (::getgrgid_r(group, &entry, texts.data(), texts.size(), &found) != 0 || found == nullptr) return false;
  std::vector<std::string> members;
  for (char** member = found->gr_mem; *member != nullptr; ++member) members.emplace_back(*member);
  return is_alone_in(group, owner, all_users(), members);
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
  // The way by which it was named, and the one to what was opened: it is loaded by that.
  for (const auto& way : {fs::absolute(file), checked.path})
    if (std::string wrong = Way(way, {folder, real_folder}).check(); !wrong.empty())
      return invalid(std::move(wrong));
  return checked;
}

}  // namespace collet::plugins
