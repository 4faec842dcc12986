#include "hook_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "collet/http.hpp"
#include "collet/unique_fd.hpp"

namespace collet::hooks {
namespace {

constexpr const char* kPlace = "/.openhands/hooks.json";
constexpr std::size_t kMostBytes = std::size_t{1} << 20;

[[noreturn]] void fail(const std::string& path, int why) {
  throw Refusal(why == EACCES || why == EPERM ? 403 : 422,
                path + " cannot be read: " + std::generic_category().message(why));
}

}  // namespace

std::optional<std::string> read_hook_file(const std::string& folder) {
  const std::string path = folder + kPlace;
  if (path.find('\0') != std::string::npos) throw Refusal(422, "project_dir must not have a NUL byte in it");
  // Not to wait for the other end of a pipe.
  const UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (!file.valid()) {
    if (errno == ENOENT || errno == ENOTDIR) return std::nullopt;
    fail(path, errno);
  }
  struct stat facts {};
  if (::fstat(file.get(), &facts) != 0) fail(path, errno);
  if (!S_ISREG(facts.st_mode)) throw Refusal(422, path + " is no regular file");

  std::string text(kMostBytes + 1, '\0');
  std::size_t size = 0;
  while (size < text.size()) {
    const auto count = ::read(file.get(), text.data() + size, text.size() - size);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) fail(path, errno);
    if (count == 0) break;
    size += static_cast<std::size_t>(count);
  }
  if (size > kMostBytes) throw Refusal(422, path + " has more than 1 MiB");
  text.resize(size);
  return text;
}

}  // namespace collet::hooks
