#include "testing/fork_launcher.hpp"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <mutex>
#include <thread>
#include <vector>

#include "system/identity.hpp"

namespace collet::bash::testing {
namespace {

constexpr const char* kTag = "COLLET_TEST_TREE";
constexpr int kKeptDescriptors = 256;  // a child closes those below

// Every process whose environment has the tag: whatever session or parent it has by now.
std::vector<pid_t> tagged(const std::string& tag) {
  std::vector<pid_t> found;
  std::error_code error;
  for (std::filesystem::directory_iterator it("/proc", error), end; !error && it != end;
       it.increment(error)) {
    const auto name = it->path().filename().string();
    if (name.find_first_not_of("0123456789") != std::string::npos) continue;
    std::ifstream in(it->path() / "environ", std::ios::binary);
    const std::string environment{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
    if (environment.find(kTag + ("=" + tag)) != std::string::npos) found.push_back(std::stoi(name));
  }
  return found;
}

void kill_tree(const std::string& tag) {
  for (int round = 0; round < 10; ++round) {
    const auto processes = tagged(tag);
    if (processes.empty()) return;
    for (const auto pid : processes) ::kill(pid, SIGKILL);
  }
}

[[noreturn]] void become(const LaunchRequest& request, char* const* argv, char* const* environment) {
  ::setsid();
  if (request.terminal) ::ioctl(request.stdin_fd, TIOCSCTTY, 0);
  const int null = ::open("/dev/null", O_RDWR);
  int target = 0;
  for (const int fd : {request.stdin_fd, request.stdout_fd, request.stderr_fd})
    ::dup2(fd < 0 ? null : fd, target++);
  for (int fd = 3; fd < kKeptDescriptors; ++fd) ::close(fd);
  for (int number = 1; number < 32; ++number) ::signal(number, SIG_DFL);
  if (::chdir(request.working_dir.c_str()) == 0) ::execvpe(argv[0], argv, environment);
  ::_exit(127);
}

}  // namespace

struct ForkLauncher::State {
  std::string tag = new_id();
  std::mutex mutex;
  std::vector<std::thread> waiters;
};

namespace {

class ForkChild final : public Child {
 public:
  ForkChild(pid_t pid, std::string tag) : pid_(pid), tag_(std::move(tag)) {}
  ~ForkChild() override { kill_tree(tag_); }
  void end(int) override { kill_tree(tag_); }
  bool signal(int number) override { return ::kill(-pid_, number) == 0; }
  long pid() const override { return pid_; }

 private:
  const pid_t pid_;
  const std::string tag_;
};

}  // namespace

ForkLauncher::ForkLauncher() : state_(std::make_shared<State>()) {}

ForkLauncher::~ForkLauncher() {
  kill_tree(state_->tag);
  for (auto& waiter : state_->waiters) waiter.join();
}

std::size_t ForkLauncher::running() const { return tagged(state_->tag).size(); }

std::size_t ForkLauncher::running(const std::string& name) const {
  std::size_t count = 0;
  for (const auto pid : tagged(state_->tag)) {
    std::ifstream in("/proc/" + std::to_string(pid) + "/comm");
    std::string program;
    std::getline(in, program);
    count += program == name ? 1 : 0;
  }
  return count;
}

std::unique_ptr<Child> ForkLauncher::launch(const LaunchRequest& request, std::function<void(int)> exited) {
  struct stat status {};
  if (::stat(request.working_dir.c_str(), &status) != 0) throw LaunchError(std::strerror(errno));
  const std::string tag = state_->tag + "-" + new_id();
  std::vector<std::string> variables;
  for (char** variable = environ; *variable != nullptr; ++variable)
    if (request.environment.count(std::string(*variable).substr(0, std::string(*variable).find('='))) == 0)
      variables.emplace_back(*variable);
  for (const auto& [name, value] : request.environment) variables.push_back(name + "=" + value);
  variables.push_back(kTag + ("=" + tag));
  std::vector<char*> environment, argv;
  for (auto& variable : variables) environment.push_back(variable.data());
  environment.push_back(nullptr);
  std::vector<std::string> words = request.argv;
  for (auto& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);

  LaunchRequest fds = request;
  // The tag shows only once the child has become the program: until then it could not be found and ended.
  int started[2];
  if (::pipe2(started, O_CLOEXEC) != 0) throw LaunchError(std::strerror(errno));
  const int until_exec = ::fcntl(started[1], F_DUPFD_CLOEXEC, kKeptDescriptors);
  ::close(started[1]);
  const pid_t pid = ::fork();
  if (pid == 0) become(fds, argv.data(), environment.data());
  ::close(until_exec);
  char none = 0;
  while (pid > 0 && ::read(started[0], &none, 1) < 0 && errno == EINTR) {
  }
  ::close(started[0]);
  if (pid < 0) throw LaunchError(std::strerror(errno));
  const std::lock_guard lock(state_->mutex);
  state_->waiters.emplace_back([pid, exited = std::move(exited)] {
    int raw = 0;
    while (::waitpid(pid, &raw, 0) < 0 && errno == EINTR) {
    }
    exited(WIFEXITED(raw) ? WEXITSTATUS(raw) : -WTERMSIG(raw));
  });
  return std::make_unique<ForkChild>(pid, tag);
}

}  // namespace collet::bash::testing
