#include "storage/state_lock.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>

namespace collet::storage {

namespace {

Error failed(const std::string& what, const std::filesystem::path& path) {
  return unavailable("storage: " + what + " " + path.string() + ": " + std::strerror(errno));
}

std::string owner_of(int fd) {
  char text[32];
  const auto size = ::pread(fd, text, sizeof text, 0);
  std::string pid(text, size > 0 ? static_cast<std::size_t>(size) : 0);
  while (!pid.empty() && pid.back() == '\n') pid.pop_back();
  return pid.empty() ? "another process" : "process " + pid;
}

}  // namespace

Result<StateLock> StateLock::acquire(const std::filesystem::path& state_dir) {
  std::error_code error;
  std::filesystem::create_directories(state_dir, error);
  if (error) return unavailable("storage: cannot make " + state_dir.string() + ": " + error.message());
  if (::chmod(state_dir.c_str(), S_IRWXU) != 0) return failed("cannot close to others", state_dir);

  const auto path = state_dir / "lock";
  UniqueFd file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR));
  if (!file.valid()) return failed("cannot open", path);
  if (::flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return failed("cannot lock", path);
    return unavailable("storage: " + state_dir.string() + " is in use by " + owner_of(file.get()));
  }
  const std::string pid = std::to_string(::getpid()) + "\n";
  if (::ftruncate(file.get(), 0) != 0 ||
      ::pwrite(file.get(), pid.data(), pid.size(), 0) != static_cast<ssize_t>(pid.size()))
    return failed("cannot write", path);
  return StateLock(std::move(file));
}

}  // namespace collet::storage
