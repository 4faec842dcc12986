#include "transfer/incoming_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <memory>
#include <random>

#include "collet/http.hpp"
#include "request_paths.hpp"

namespace collet::file {
namespace {

constexpr std::uint64_t kFlushBytes = 8U << 20;  // given to the disk as they come, so that the end is quick
constexpr int kTries = 3;                        // against folders that somebody removes meanwhile

std::string hidden_name() {
  constexpr char kLetters[] = "abcdefghijklmnopqrstuvwxyz0123456789";
  std::random_device random;
  std::string name = ".collet-upload-";
  for (int i = 0; i < 12; ++i) name += kLetters[random() % (sizeof(kLetters) - 1)];
  return name;
}

std::string beside(const std::string& folder) {
  return (folder == "/" ? std::string() : folder) + "/" + hidden_name();
}

// Somebody has removed the folder meanwhile.
bool is_missing(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const Refusal& refusal) {
    return refusal.response().status == 404;
  } catch (...) {
    return false;
  }
}

void sync(int fd, const std::string& path) {
  if (::fsync(fd) != 0 && errno != EINVAL && errno != EROFS) refuse(errno, path);
}

}  // namespace

IncomingFile::IncomingFile(const std::string& path, std::optional<std::uint64_t> expected) : path_(path) {
  if (const std::unique_ptr<char, decltype(&std::free)> real(::realpath(path.c_str(), nullptr), &std::free);
      real)
    path_ = real.get();
  folder_ = parent_of(path_);
  look_at_target();
  for (int attempt = 1; !file_.valid(); ++attempt) {
    for (auto& folder : make_folders(folder_)) made_folders_.push_back(std::move(folder));
    try {
      if (expected) check_room(*expected);
      open_temporary();
    } catch (...) {
      remove_folders(made_folders_);
      made_folders_.clear();
      if (attempt == kTries || !is_missing(std::current_exception())) throw;
    }
  }
}

IncomingFile::~IncomingFile() {
  if (done_) return;
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
  remove_folders(made_folders_);
}

// Renaming would get around a file's own write protection, and take the place of a pipe or device.
void IncomingFile::look_at_target() {
  struct stat status {};
  if (::stat(path_.c_str(), &status) != 0) {
    if (errno == ENOENT) return;
    refuse(errno, path_);
  }
  if (S_ISDIR(status.st_mode)) refuse(EISDIR, path_);
  if (!S_ISREG(status.st_mode)) throw Refusal(400, "Path is not a file");
  if (::access(path_.c_str(), W_OK) != 0) refuse(errno, path_);
  replaces_ = true;
  mode_ = status.st_mode & 07777;
  user_ = status.st_uid;
  group_ = status.st_gid;
}

void IncomingFile::check_room(std::uint64_t expected) const {
  struct statvfs disk {};
  if (::statvfs(folder_.c_str(), &disk) != 0) refuse(errno, folder_);
  const std::uint64_t room = (::geteuid() == 0 ? disk.f_bfree : disk.f_bavail) * disk.f_frsize;
  if (disk.f_blocks != 0 && expected > room)
    throw Refusal(507, "No space left for " + path_ + ": it has " + std::to_string(expected) +
                           " bytes, and " + std::to_string(room) + " are free");
}

void IncomingFile::open_temporary() {
  file_.reset(::open(folder_.c_str(), O_TMPFILE | O_WRONLY | O_CLOEXEC, 0666));
  if (file_.valid()) return;
  if (errno != EOPNOTSUPP && errno != EISDIR && errno != EINVAL) refuse(errno, folder_);
  auto name = beside(folder_);
  file_.reset(::open(name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
  if (!file_.valid()) refuse(errno, folder_);
  temporary_ = std::move(name);
}

void IncomingFile::write(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto count = ::write(file_.get(), bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) refuse(errno, path_);
    bytes.remove_prefix(static_cast<std::size_t>(count));
    written_ += static_cast<std::uint64_t>(count);
  }
  if (written_ - flushed_ < kFlushBytes) return;
  // Only asks for it; what goes wrong is told by fsync.
  ::sync_file_range(file_.get(), static_cast<off64_t>(flushed_), static_cast<off64_t>(written_ - flushed_),
                    SYNC_FILE_RANGE_WRITE);
  flushed_ = written_;
}

void IncomingFile::keep_mode_and_owner() {
  if (!replaces_) return;
  if (::fchown(file_.get(), user_, group_) != 0 && errno != EPERM) refuse(errno, path_);
  if (::fchmod(file_.get(), mode_) != 0) refuse(errno, path_);
}

void IncomingFile::put_in_place() {
  if (temporary_.empty()) {
    auto name = beside(folder_);
    const auto self = "/proc/self/fd/" + std::to_string(file_.get());
    if (::linkat(AT_FDCWD, self.c_str(), AT_FDCWD, name.c_str(), AT_SYMLINK_FOLLOW) != 0)
      refuse(errno, folder_);
    temporary_ = std::move(name);
  }
  if (::rename(temporary_.c_str(), path_.c_str()) != 0) refuse(errno, path_);
}

void IncomingFile::commit() {
  keep_mode_and_owner();
  sync(file_.get(), path_);
  for (int attempt = 1;; ++attempt) {
    try {
      put_in_place();
      break;
    } catch (...) {
      // Another upload has made the folder, failed, and removed it: an unnamed file doesn't keep it.
      if (attempt == kTries || !is_missing(std::current_exception())) throw;
      for (auto& folder : make_folders(folder_)) made_folders_.push_back(std::move(folder));
    }
  }
  done_ = true;
  const UniqueFd folder(::open(folder_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (folder.valid()) sync(folder.get(), folder_);
}

}  // namespace collet::file
