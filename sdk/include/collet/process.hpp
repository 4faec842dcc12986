// Child processes that end with the server, however it ends.
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "collet/abi/host.h"
#include "collet/abi/process.h"
#include "collet/detail/text.hpp"

namespace collet {

class ProcessError : public HostError {
 public:
  using HostError::HostError;
};

struct SpawnOptions {
  std::vector<std::string> argv;                        ///< argv[0] is looked up in PATH
  std::map<std::string, std::string> environment = {};  ///< added to the host's own, which has no keys in it
  std::string working_dir = {};                         ///< empty: "/"
  int stdin_fd = -1, stdout_fd = -1,
      stderr_fd = -1;     ///< the child's ends, borrowed for the call; -1: /dev/null
  bool terminal = false;  ///< stdin_fd is a terminal's slave side: make it the controlling terminal
};

/// A child and all that descends from it. A movable handle; dropping it ends the tree. Lives no longer than
/// the plugin.
class Process {
 public:
  Process() = default;
  Process(const collet_host* host, const collet_process* table, collet_handle handle)
      : host_(host), table_(table), handle_(handle) {}
  Process(Process&& other) noexcept
      : host_(other.host_), table_(other.table_), handle_(std::exchange(other.handle_, 0)) {}
  Process& operator=(Process&& other) noexcept {
    std::swap(host_, other.host_);
    std::swap(table_, other.table_);
    std::swap(handle_, other.handle_);
    return *this;
  }
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;
  ~Process() {
    if (handle_ != 0) table_->release(host_, handle_);
  }

  explicit operator bool() const { return handle_ != 0; }
  /// Sends a signal to the child's foreground process group. False: it has ended.
  bool signal(int number) { return handle_ != 0 && table_->signal(host_, handle_, number) == COLLET_OK; }
  /// Ends the whole tree: TERM, KILL after `grace_ms`. Returns at once. Also right after the child's own
  /// exit, for what it left behind.
  void end(int grace_ms) {
    if (handle_ != 0) table_->end(host_, handle_, grace_ms);
  }
  long pid() const { return handle_ == 0 ? 0 : static_cast<long>(table_->pid(host_, handle_)); }

 private:
  const collet_host* host_ = nullptr;
  const collet_process* table_ = nullptr;
  collet_handle handle_ = 0;
};

/// Starts processes. A value. Throws ProcessError.
class Processes {
 public:
  Processes(const collet_host* host, const collet_process* table) : host_(host), table_(table) {}

  /// Starts a child in a session of its own. `exited` is called exactly once, from a thread of the host's,
  /// with the exit code or minus the signal's number; it may come before spawn has returned, comes also when
  /// the Process was dropped, and must neither block nor spawn.
  Process spawn(const SpawnOptions& options, std::function<void(int status)> exited) {
    std::vector<collet_str> argv;
    argv.reserve(options.argv.size());
    for (const auto& word : options.argv) argv.push_back(detail::to_str(word));
    const detail::PairsView environment(options.environment);
    const collet_spawn asked{sizeof(collet_spawn),
                             argv.data(),
                             argv.size(),
                             environment.get(),
                             detail::to_str(options.working_dir),
                             options.stdin_fd,
                             options.stdout_fd,
                             options.stderr_fd,
                             options.terminal ? 1 : 0};
    auto callback = std::make_unique<std::function<void(int)>>(std::move(exited));
    std::string error;
    collet_handle handle = 0;
    detail::check<ProcessError>(
        table_->spawn(host_, &asked, callback.get(), &Processes::on_exit, &handle, detail::into(error)),
        error);
    static_cast<void>(callback.release());  // on_exit owns it now
    return {host_, table_, handle};
  }

 private:
  static void on_exit(void* context, std::int32_t status) noexcept {
    const std::unique_ptr<std::function<void(int)>> callback(static_cast<std::function<void(int)>*>(context));
    try {
      if (*callback) (*callback)(status);
    } catch (...) {  // nothing may cross the boundary, and there is nobody to tell
    }
  }

  const collet_host* host_;
  const collet_process* table_;
};

}  // namespace collet
