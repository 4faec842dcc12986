// Child processes of a test, without the server's spawner. For the testing headers.
#pragma once
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <csignal>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "collet/abi/process.h"
#include "collet/detail/text.hpp"

extern "C" char** environ;

namespace collet::testing::detail {

/// Starts children in sessions of their own, as the server does; ends what is left when it goes. Any thread.
/// A child that has ended is waited for only once it is released or ended: until then nobody else gets its
/// number, and what it left behind can be found by it.
class RealProcesses {
 public:
  RealProcesses() = default;
  RealProcesses(const RealProcesses&) = delete;
  RealProcesses& operator=(const RealProcesses&) = delete;
  ~RealProcesses() {
    {
      const std::lock_guard lock(mutex_);
      for (const auto& [handle, child] : children_)
        if (!child.reaped) signal_group(child.pid, SIGKILL);
    }
    for (auto& waiter : waiters_) waiter.join();
    for (auto& [handle, child] : children_) reap(child);
  }

  /// The handle; 0 when it cannot be started.
  collet_handle spawn(const collet_spawn& asked, std::function<void(int)> exited) {
    std::vector<std::string> words, entries;
    for (std::size_t i = 0; i < asked.argc; ++i) words.push_back(collet::detail::to_string(asked.argv[i]));
    const auto given = collet::detail::to_pairs(asked.environment);
    for (const auto& [name, value] : given) entries.push_back(name + "=" + value);
    for (char** entry = environ; *entry != nullptr; ++entry) {
      const std::string_view inherited(*entry);
      if (std::none_of(given.begin(), given.end(),
                       [&](const auto& pair) { return inherited.starts_with(pair.first + "="); }))
        entries.emplace_back(inherited);
    }
    const std::string folder =
        asked.working_dir.size == 0 ? "/" : collet::detail::to_string(asked.working_dir);
    auto arguments = pointers(words), environment = pointers(entries);

    int failed[2];  // the child writes into it when it cannot begin
    if (words.empty() || ::pipe2(failed, O_CLOEXEC) != 0) return 0;
    const pid_t pid = ::fork();
    if (pid == 0) {
      become(asked, folder.c_str(), arguments.data(), environment.data());
      static_cast<void>(!::write(failed[1], "x", 1));
      ::_exit(127);
    }
    ::close(failed[1]);
    char byte = 0;
    const bool begun = pid > 0 && ::read(failed[0], &byte, 1) == 0;
    ::close(failed[0]);
    if (!begun) {
      if (pid > 0) ::waitpid(pid, nullptr, 0);
      return 0;
    }
    const std::lock_guard lock(mutex_);
    const collet_handle handle = ++last_;
    children_[handle] = {pid};
    waiters_.emplace_back([this, handle, pid, exited = std::move(exited)] { wait(handle, pid, exited); });
    return handle;
  }

  bool signal(collet_handle handle, int number) {
    const std::lock_guard lock(mutex_);
    const auto found = children_.find(handle);
    return found != children_.end() && !found->second.ended && signal_group(found->second.pid, number);
  }
  /// TERM now, KILL when the child has ended or after the grace. Once it was done, nothing.
  void end(collet_handle handle, std::chrono::milliseconds grace) {
    const std::lock_guard lock(mutex_);
    const auto found = children_.find(handle);
    if (found == children_.end() || found->second.reaped) return;
    signal_group(found->second.pid, SIGTERM);
    waiters_.emplace_back([this, grace, &child = found->second] {
      std::unique_lock waiting(mutex_);
      ended_.wait_for(waiting, grace, [&] { return child.ended; });
      if (child.reaped) return;  // there was another end
      signal_group(child.pid, SIGKILL);
      ended_.wait(waiting, [&] { return child.ended; });
      reap(child);
    });
  }
  long pid(collet_handle handle) const {
    const std::lock_guard lock(mutex_);
    const auto found = children_.find(handle);
    return found == children_.end() ? 0 : found->second.pid;
  }

 private:
  struct Child {
    pid_t pid = 0;
    bool ended = false, reaped = false;
  };

  static std::vector<char*> pointers(std::vector<std::string>& texts) {
    std::vector<char*> all;
    for (auto& text : texts) all.push_back(text.data());
    all.push_back(nullptr);
    return all;
  }
  // After its end; from here on its number may be another's.
  static void reap(Child& child) {
    if (std::exchange(child.reaped, true)) return;
    while (::waitpid(child.pid, nullptr, 0) < 0 && errno == EINTR) {
    }
  }
  static bool signal_group(pid_t pid, int number) { return ::kill(-pid, number) == 0; }

  // Between fork and exec: nothing but system calls. Returns when it fails.
  static void become(const collet_spawn& asked, const char* folder, char** arguments, char** environment) {
    ::setsid();
    if (asked.terminal != 0) ::ioctl(asked.stdin_fd, TIOCSCTTY, 0);
    const int wanted[3] = {asked.stdin_fd, asked.stdout_fd, asked.stderr_fd};
    int moved[3];
    for (int i = 0; i < 3; ++i)
      moved[i] = wanted[i] < 0 ? ::open("/dev/null", O_RDWR) : ::fcntl(wanted[i], F_DUPFD, 3);
    for (int i = 0; i < 3; ++i)
      if (moved[i] < 0 || ::dup2(moved[i], i) < 0) return;
    for (const int fd : moved)
      if (fd > 2) ::close(fd);
    if (::chdir(folder) == 0) ::execvpe(arguments[0], arguments, environment);
  }

  void wait(collet_handle handle, pid_t pid, const std::function<void(int)>& exited) {
    siginfo_t end = {};
    while (::waitid(P_PID, static_cast<id_t>(pid), &end, WEXITED | WNOWAIT) < 0 && errno == EINTR) {
    }
    {
      const std::lock_guard lock(mutex_);
      children_[handle].ended = true;
    }
    ended_.notify_all();
    exited(end.si_code == CLD_EXITED ? end.si_status : -end.si_status);
  }

  mutable std::mutex mutex_;
  std::condition_variable ended_;
  std::map<collet_handle, Child> children_;
  std::vector<std::thread> waiters_;
  collet_handle last_ = 0;
};

}  // namespace collet::testing::detail
