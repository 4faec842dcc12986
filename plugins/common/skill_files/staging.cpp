#include "staging.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "storage_error.hpp"

namespace collet::skill_files {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kPrefix = ".staging-";

[[noreturn]] void fail(const std::string& what) { throw StorageError(what, errno); }

UniqueFd locked(const fs::path& path) {
  UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (fd.valid() && ::flock(fd.get(), LOCK_EX | LOCK_NB) != 0) return UniqueFd();
  return fd;
}

void sync_folder(const fs::path& folder) {
  const UniqueFd fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (fd.valid()) ::fsync(fd.get());
}

}  // namespace

Staging::Staging(const fs::path& parent) {
  std::error_code error;
  fs::create_directories(parent, error);
  if (error) throw StorageError(parent.string() + " cannot be made", error.value());
  auto name = (parent / (std::string(kPrefix) + "XXXXXX")).string();
  if (::mkdtemp(name.data()) == nullptr) fail("no folder can be made in " + parent.string());
  folder_ = name;
  lock_ = locked(folder_);
  if (!lock_.valid()) fail("no folder can be made in " + parent.string());
}

Staging::~Staging() {
  if (!lock_.valid()) return;  // moved from
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
}

fs::path Staging::make(const std::string& name) const {
  auto folder = folder_ / name;
  if (::mkdir(folder.c_str(), 0755) != 0) fail("no folder can be made in " + folder_.string());
  return folder;
}

void remove_leftovers(const fs::path& parent) {
  std::error_code error;
  for (fs::directory_iterator at(parent, error), end; !error && at != end; at.increment(error)) {
    if (!at->path().filename().string().starts_with(kPrefix)) continue;
    const auto lock = locked(at->path());
    std::error_code ignored;
    if (lock.valid()) fs::remove_all(at->path(), ignored);
  }
}

bool publish(const fs::path& made, const fs::path& place, bool replace) {
  for (;;) {
    if (::renameat2(AT_FDCWD, made.c_str(), AT_FDCWD, place.c_str(), RENAME_NOREPLACE) == 0) break;
    if (errno != EEXIST) fail(place.string() + " cannot be made");
    if (!replace) return false;
    if (::renameat2(AT_FDCWD, made.c_str(), AT_FDCWD, place.c_str(), RENAME_EXCHANGE) == 0) break;
    if (errno != ENOENT) fail(place.string() + " cannot be replaced");  // ENOENT: it has just gone
  }
  sync_folder(place.parent_path());
  return true;
}

void write_whole(const fs::path& file, const std::string& text) {
  auto name = (file.parent_path() / (std::string(kPrefix) + "XXXXXX")).string();
  const UniqueFd fd(::mkostemp(name.data(), O_CLOEXEC));
  if (!fd.valid()) fail(file.string() + " cannot be written");
  std::string_view rest = text;
  while (!rest.empty()) {
    const auto put = ::write(fd.get(), rest.data(), rest.size());
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) break;
    rest.remove_prefix(static_cast<std::size_t>(put));
  }
  if (rest.empty() && ::fsync(fd.get()) == 0 && std::rename(name.c_str(), file.c_str()) == 0) {
    sync_folder(file.parent_path());
    return;
  }
  const int code = errno;
  ::unlink(name.c_str());
  errno = code;
  fail(file.string() + " cannot be written");
}

}  // namespace collet::skill_files
