#include "file_io.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <random>
#include <system_error>

#include "collet/unique_fd.hpp"

namespace collet::file {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail(const std::string& what, const std::string& path, int error) {
  throw FileError("Cannot " + what + " " + path + ": " + std::generic_category().message(error) + ".");
}

// Removes a file that did not get its final name.
struct Unlink {
  std::string path;
  bool armed = true;
  ~Unlink() {
    if (armed) ::unlink(path.c_str());
  }
};

void write_all(int fd, std::string_view bytes, const std::string& path) {
  while (!bytes.empty()) {
    const auto written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) fail("write", path, errno);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  if (::fdatasync(fd) != 0 && errno != EINVAL) fail("write", path, errno);
}

std::string temporary_beside(const fs::path& path) {
  constexpr char kLetters[] = "abcdefghijklmnopqrstuvwxyz0123456789";
  std::random_device random;
  std::string name = ".collet-";
  for (int i = 0; i < 12; ++i) name += kLetters[random() % (sizeof(kLetters) - 1)];
  return (path.parent_path() / name).string();
}

// The room is taken before the old bytes are touched, so that a full disk costs nothing.
void write_in_place(const std::string& path, std::string_view bytes) {
  const UniqueFd file(::open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NOFOLLOW));
  struct stat status {};
  if (file.get() < 0 || ::fstat(file.get(), &status) != 0) fail("write", path, errno);
  const auto size = static_cast<off_t>(bytes.size());
  if (size > status.st_size) {
    const int error = ::posix_fallocate(file.get(), status.st_size, size - status.st_size);
    if (error != 0 && error != EOPNOTSUPP) {
      static_cast<void>(::ftruncate(file.get(), status.st_size));
      fail("write", path, error);
    }
  }
  write_all(file.get(), bytes, path);
  if (::ftruncate(file.get(), size) != 0) fail("write", path, errno);
}

}  // namespace

std::string read_file(const std::string& path, std::size_t limit) {
  // Non-blocking: opening a pipe that nobody writes to must not hang.
  const UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (file.get() < 0) fail("read", path, errno);
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) fail("read", path, errno);
  if (!S_ISREG(status.st_mode)) throw FileError("Cannot read " + path + ": it is not a regular file.");
  const auto too_large = [&] {
    return FileError("Cannot read " + path + ": it is larger than " + std::to_string(limit >> 20) +
                     " MiB. Use the terminal to look at parts of it.");
  };
  if (status.st_size > 0 && static_cast<std::size_t>(status.st_size) > limit) throw too_large();
  std::string bytes;
  bytes.reserve(static_cast<std::size_t>(status.st_size) + 1);
  char buffer[65536];
  for (;;) {
    const auto got = ::read(file.get(), buffer, sizeof(buffer));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) fail("read", path, errno);
    if (got == 0) return bytes;
    bytes.append(buffer, static_cast<std::size_t>(got));
    if (bytes.size() > limit) throw too_large();
  }
}

void replace_file(const std::string& path, std::string_view bytes) {
  const std::unique_ptr<char, decltype(&std::free)> resolved(::realpath(path.c_str(), nullptr), &std::free);
  if (!resolved) fail("write", path, errno);
  const std::string target = resolved.get();
  struct stat status {};
  if (::stat(target.c_str(), &status) != 0) fail("write", path, errno);
  if (!S_ISREG(status.st_mode)) throw FileError("Cannot write " + path + ": it is not a regular file.");
  // Renaming would get around a file's own write protection.
  if (::access(target.c_str(), W_OK) != 0) fail("write", path, errno);
  if (status.st_nlink > 1) return write_in_place(target, bytes);

  Unlink temporary{temporary_beside(target)};
  const UniqueFd file(::open(temporary.path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (file.get() < 0) {
    temporary.armed = false;
    if (errno == EACCES || errno == EROFS || errno == EPERM) return write_in_place(target, bytes);
    fail("write", path, errno);
  }
  write_all(file.get(), bytes, path);
  if (::fchown(file.get(), status.st_uid, status.st_gid) != 0 && errno != EPERM) fail("write", path, errno);
  if (::fchmod(file.get(), status.st_mode & 07777) != 0) fail("write", path, errno);
  if (::rename(temporary.path.c_str(), target.c_str()) != 0) fail("write", path, errno);
  temporary.armed = false;
}

void create_file(const std::string& path, std::string_view bytes) {
  std::error_code error;
  fs::create_directories(fs::path(path).parent_path(), error);
  if (error) fail("create the folder of", path, error.value());
  Unlink temporary{temporary_beside(path)};
  const UniqueFd file(::open(temporary.path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
  if (file.get() < 0) {
    temporary.armed = false;
    fail("create", path, errno);
  }
  write_all(file.get(), bytes, path);
  if (::renameat2(AT_FDCWD, temporary.path.c_str(), AT_FDCWD, path.c_str(), RENAME_NOREPLACE) != 0) {
    // Some file systems don't know the flag; a hard link is as exclusive.
    if (errno != EINVAL || ::link(temporary.path.c_str(), path.c_str()) != 0) fail("create", path, errno);
    return;
  }
  temporary.armed = false;
}

}  // namespace collet::file
