#include "search/tree_walk.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <utility>
#include <vector>

#include "common/owned.hpp"

namespace collet::file {
namespace {

using Folder = Owned<DIR, ::closedir>;

Folder open_folder(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  if (fd < 0) return nullptr;
  Folder folder(::fdopendir(fd));
  if (folder == nullptr) ::close(fd);
  return folder;
}

enum class Kind { kFile, kFolder, kOther };

Kind kind_of(DIR* folder, const dirent& entry) {
  if (entry.d_type == DT_REG) return Kind::kFile;
  if (entry.d_type == DT_DIR) return Kind::kFolder;
  struct stat status {};
  if (entry.d_type != DT_UNKNOWN ||
      ::fstatat(::dirfd(folder), entry.d_name, &status, AT_SYMLINK_NOFOLLOW) != 0)
    return Kind::kOther;
  return S_ISREG(status.st_mode) ? Kind::kFile : S_ISDIR(status.st_mode) ? Kind::kFolder : Kind::kOther;
}

}  // namespace

bool walk_tree(const Visibility& visibility, const GlobPattern* pattern, const SearchLimits& limits,
               const std::function<void(const std::string& path)>& found) {
  struct Waiting {
    std::string folder;
    IgnoreLevel::Pointer parent;  // its own level is made when it is visited
  };
  std::vector<Waiting> waiting{{visibility.root(), nullptr}};
  while (!waiting.empty()) {
    const auto [folder, parent] = std::move(waiting.back());
    waiting.pop_back();
    if (limits.reached()) return false;
    const Folder open = open_folder(folder);
    if (open == nullptr) continue;
    const auto level =
        parent == nullptr ? visibility.root_level() : std::make_shared<const IgnoreLevel>(folder, parent);
    const std::string prefix = folder == "/" ? "/" : folder + "/";
    std::size_t seen = 0;
    while (const dirent* entry = ::readdir(open.get())) {
      if (++seen % 1024 == 0 && limits.reached()) return false;
      const std::string_view name = entry->d_name;
      if (name == "." || name == "..") continue;
      const std::string path = prefix + entry->d_name;
      const Kind kind = kind_of(open.get(), *entry);
      if (kind == Kind::kFile && visibility.shows(*level, path, pattern)) found(path);
      if (kind == Kind::kFolder && visibility.enters(*level, path)) waiting.push_back({path, level});
    }
  }
  return true;
}

}  // namespace collet::file
