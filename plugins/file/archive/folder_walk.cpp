#include "archive/folder_walk.hpp"

#include <dirent.h>
#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "common/owned.hpp"
#include "workspace/beneath.hpp"

namespace collet::file {
namespace {

// DT_DIR, DT_REG, or something else.
unsigned char type_of(DIR* folder, const dirent& entry) {
  if (entry.d_type != DT_UNKNOWN) return entry.d_type;
  struct stat status {};
  if (::fstatat(::dirfd(folder), entry.d_name, &status, AT_SYMLINK_NOFOLLOW) != 0) return DT_UNKNOWN;
  return static_cast<unsigned char>(S_ISDIR(status.st_mode)   ? DT_DIR
                                    : S_ISREG(status.st_mode) ? DT_REG
                                                              : DT_UNKNOWN);
}

}  // namespace

FolderWalk::FolderWalk(UniqueFd root, std::function<bool(std::string_view, bool)> leave_out)
    : root_(std::move(root)), leave_out_(std::move(leave_out)) {}

std::optional<WalkedEntry> FolderWalk::next() {
  if (!std::exchange(begun_, true))
    if (auto entry = enter({})) return entry;
  while (!levels_.empty()) {
    auto& level = levels_.back();
    if (level.names.empty()) {
      levels_.pop_back();
      continue;
    }
    const auto name = std::move(level.names.back());
    level.names.pop_back();
    auto path = level.path.empty() ? name.text : level.path + "/" + name.text;
    if (leave_out_(path, name.is_folder)) continue;
    if (auto entry = name.is_folder ? enter(std::move(path)) : open_file(std::move(path))) return entry;
    ++unreadable_;
  }
  return std::nullopt;
}

std::optional<WalkedEntry> FolderWalk::enter(std::string path) {
  const auto folder = open_beneath(root_.get(), path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, Links::kNone);
  WalkedEntry entry;
  if (!folder.valid() || ::fstat(folder.get(), &entry.status) != 0) return std::nullopt;
  Level level{path, {}};
  read_names(folder.get(), level);
  levels_.push_back(std::move(level));
  entry.path = std::move(path);
  return entry;
}

std::optional<WalkedEntry> FolderWalk::open_file(std::string path) {
  WalkedEntry entry;
  // Non-blocking: it may have become a pipe since.
  entry.content =
      open_beneath(root_.get(), path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY, Links::kNone);
  if (!entry.content.valid() || ::fstat(entry.content.get(), &entry.status) != 0 ||
      !S_ISREG(entry.status.st_mode))
    return std::nullopt;
  entry.path = std::move(path);
  return entry;
}

void FolderWalk::read_names(int folder, Level& level) const {
  UniqueFd own(::fcntl(folder, F_DUPFD_CLOEXEC, 0));
  const Owned<DIR, ::closedir> open(own.valid() ? ::fdopendir(own.get()) : nullptr);
  if (!open) return;
  static_cast<void>(own.release());  // closedir closes it
  while (const dirent* entry = ::readdir(open.get())) {
    const std::string_view name(entry->d_name);
    if (name == "." || name == "..") continue;
    const auto type = type_of(open.get(), *entry);
    if (type == DT_DIR || type == DT_REG) level.names.push_back({std::string(name), type == DT_DIR});
  }
  std::sort(level.names.begin(), level.names.end(),
            [](const auto& a, const auto& b) { return a.text > b.text; });
}

}  // namespace collet::file
