// What terminals and commands need of the host: child processes that end with their whole tree.
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace collet::bash {

struct LaunchRequest {
  std::vector<std::string> argv;                        ///< argv[0] is looked up in PATH
  std::map<std::string, std::string> environment = {};  ///< added to the host's own
  std::string working_dir = {};                         ///< absolute
  int stdin_fd = -1, stdout_fd = -1, stderr_fd = -1;    ///< borrowed for the call; -1: /dev/null
  bool terminal = false;                                ///< stdin_fd becomes the controlling terminal
};

class LaunchError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A child with all that descends from it. Destroying it ends them.
class Child {
 public:
  Child() = default;
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  virtual ~Child() = default;
  /// Ends the tree: TERM, KILL after `grace_ms`. Returns at once.
  virtual void end(int grace_ms) = 0;
  /// To the foreground process group. False: the child has ended.
  virtual bool signal(int number) = 0;
  virtual long pid() const = 0;
};

class Launcher {
 public:
  Launcher() = default;
  Launcher(const Launcher&) = delete;
  Launcher& operator=(const Launcher&) = delete;
  virtual ~Launcher() = default;
  /// Starts a child in a session of its own. `exited` comes exactly once, from any thread, perhaps before
  /// this returns, with the exit code or minus the signal's number; it must not block. Throws LaunchError.
  /// Any thread.
  virtual std::unique_ptr<Child> launch(const LaunchRequest& request,
                                        std::function<void(int status)> exited) = 0;
};

}  // namespace collet::bash
