#include "search/ripgrep.hpp"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <future>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "search/line_search.hpp"

namespace collet::file {
namespace {

using std::chrono::milliseconds;
constexpr milliseconds kLook(50);  // how often the limits are looked at while nothing comes
constexpr int kGraceMs = 500;

struct Pipe {
  int ends[2] = {-1, -1};
  Pipe() {
    if (::pipe2(ends, O_CLOEXEC) != 0) ends[0] = ends[1] = -1;
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  ~Pipe() {
    close(0);
    close(1);
  }
  void close(int end) {
    if (ends[end] >= 0) ::close(std::exchange(ends[end], -1));
  }
};

// Without what ripgrep takes for a sign of its own: "!" and "#" in front, "/" at the end.
std::string plain(std::string include) {
  while (include.size() > 1 && include.ends_with('/')) include.pop_back();
  return include.starts_with('!') || include.starts_with('#') ? "\\" + include : include;
}

std::vector<std::string> arguments(const std::string& root, const std::string& pattern,
                                   const std::optional<std::string>& include) {
  std::vector<std::string> argv{"rg",
                                "--no-config",
                                "--files-with-matches",
                                "--null",
                                "--no-messages",
                                "--ignore-case",
                                "--no-ignore-global",
                                "--color=never"};
  if (include) argv.insert(argv.end(), {"-g", plain(*include)});
  if (root == "/") argv.insert(argv.end(), {"-g", "!/proc", "-g", "!/sys", "-g", "!/dev"});
  argv.insert(argv.end(), {"-e", for_ripgrep(pattern), "--", "."});
  return argv;
}

// Names in `text`, each ended by NUL; what is left of it is the beginning of the next one.
bool tell(std::string& text, const std::string& root, const std::function<void(std::string path)>& found) {
  bool any = false;
  std::size_t start = 0;
  for (auto end = text.find('\0'); end != std::string::npos; end = text.find('\0', start)) {
    std::string_view name(text.data() + start, end - start);
    if (name.starts_with("./")) name.remove_prefix(2);
    found((root == "/" ? "/" : root + "/") + std::string(name));
    start = end + 1;
    any = true;
  }
  text.erase(0, start);
  return any;
}

}  // namespace

RipgrepEnd run_ripgrep(Processes processes, const std::string& root, const std::string& pattern,
                       const std::optional<std::string>& include, const SearchLimits& limits,
                       const std::function<void(std::string path)>& found) {
  Pipe pipe;
  if (pipe.ends[0] < 0) return RipgrepEnd::kFailed;
  const auto exit = std::make_shared<std::promise<int>>();
  auto status = exit->get_future();
  Process process;
  try {
    process = processes.spawn(
        {.argv = arguments(root, pattern, include), .working_dir = root, .stdout_fd = pipe.ends[1]},
        [exit](int code) { exit->set_value(code); });
  } catch (const ProcessError&) {
    return RipgrepEnd::kFailed;
  }
  pipe.close(1);
  std::string text;
  bool any = false;
  for (;;) {
    if (limits.reached()) return process.end(kGraceMs), RipgrepEnd::kLimits;
    pollfd poll{pipe.ends[0], POLLIN, 0};
    if (::poll(&poll, 1, static_cast<int>(kLook.count())) <= 0) continue;
    char buffer[16384];
    const auto got = ::read(pipe.ends[0], buffer, sizeof(buffer));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    text.append(buffer, static_cast<std::size_t>(got));
    any = tell(text, root, found) || any;
  }
  while (status.wait_for(kLook) != std::future_status::ready)
    if (limits.reached()) return RipgrepEnd::kLimits;
  // 0: found, 1: not found, 2: an error, of which files that cannot be read are one too.
  const int code = status.get();
  return code == 0 || code == 1 || any ? RipgrepEnd::kDone : RipgrepEnd::kFailed;
}

}  // namespace collet::file
