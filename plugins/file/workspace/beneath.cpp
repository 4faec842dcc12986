#include "workspace/beneath.hpp"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <vector>

namespace collet::file {
namespace {

constexpr int kTries = 64;  // the kernel asks to try again when something was renamed meanwhile

int openat2_beneath(int folder, const std::string& path, int flags, Links links) {
  open_how how{};
  how.flags = static_cast<std::uint64_t>(flags | O_CLOEXEC);
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
  if (links == Links::kNone) how.resolve |= RESOLVE_NO_SYMLINKS;
  long fd = -1;
  for (int attempt = 0; attempt < kTries; ++attempt) {
    fd = ::syscall(SYS_openat2, folder, path.c_str(), &how, sizeof(how));
    if (fd >= 0 || (errno != EAGAIN && errno != EINTR)) break;
  }
  return static_cast<int>(fd);
}

}  // namespace

UniqueFd open_beneath(int folder, std::string_view path, int flags, Links links) {
  const std::string name(path.empty() ? "." : path);
  UniqueFd opened(openat2_beneath(folder, name, flags, links));
  // EPERM: sandboxes that don't know the call refuse it so.
  if (opened.valid() || (errno != ENOSYS && errno != EPERM)) return opened;
  return open_step_by_step(folder, name, flags);
}

UniqueFd open_step_by_step(int folder, std::string_view path, int flags) {
  const auto fail = [](int error) {
    errno = error;
    return UniqueFd();
  };
  if (!path.empty() && path.front() == '/') return fail(EXDEV);
  // The folders between `folder` and where we are; ".." goes back through them, not through the disk.
  std::vector<UniqueFd> way;
  const auto here = [&] { return way.empty() ? folder : way.back().get(); };
  while (!path.empty()) {
    const auto slash = path.find('/');
    const std::string part(path.substr(0, slash));
    path.remove_prefix(slash == std::string_view::npos ? path.size() : slash + 1);
    if (part.empty() || part == ".") continue;
    if (part == "..") {
      if (way.empty()) return fail(EXDEV);
      way.pop_back();
      continue;
    }
    const bool is_last =
        path.find_first_not_of('/') == std::string_view::npos && slash == std::string_view::npos;
    if (is_last) return UniqueFd(::openat(here(), part.c_str(), flags | O_NOFOLLOW | O_CLOEXEC));
    UniqueFd next(::openat(here(), part.c_str(), O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (!next.valid()) return next;
    way.push_back(std::move(next));
  }
  return UniqueFd(::openat(here(), ".", flags | O_CLOEXEC));
}

}  // namespace collet::file
