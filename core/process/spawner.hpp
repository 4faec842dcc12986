// Starts, signals, reaps and ends child processes through a small helper process that is forked before any
// thread starts. When Collet ends in any way, killed with -9 included, the helper ends every process it
// started, their descendants included.
//
// Protocol and rules: core/process/README.md.
#pragma once
#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "collet/unique_fd.hpp"

namespace collet::process {

struct SpawnRequest {
  std::vector<std::string> argv;            ///< argv[0] is looked up in PATH of `environment`
  std::vector<std::string> environment;     ///< "NAME=value", whole
  std::string working_dir;                  ///< empty: "/"
  UniqueFd stdin_fd, stdout_fd, stderr_fd;  ///< the child's ends; invalid: /dev/null
  bool terminal = false;                    ///< stdin_fd is a PTY's slave: make it the controlling terminal
};

/// How a child ended: exit code 0…255, or minus the signal's number.
using Exited = std::function<void(int status)>;

class Spawner {
 public:
  /// Forks the helper. Call it first in main(), while there is one thread and before descriptors are opened.
  static Result<std::unique_ptr<Spawner>> launch();
  ~Spawner();  ///< ends all children, then the helper

  /// Starts a child in a session of its own. `exited` is called exactly once when it has ended, from the
  /// spawner's thread; it must not block. The result is a handle for signal() and end(); kInvalid when it
  /// cannot be started (no such program or folder: the system's message). Any thread; blocks for the round
  /// trip to the helper.
  Result<std::uint64_t> spawn(SpawnRequest request, Exited exited);
  /// Sends a signal to the child's foreground process group. False: it has ended.
  bool signal(std::uint64_t handle, int signal);
  /// Ends the child and everything that descends from it: TERM, after `grace_ms` KILL. Returns at once. Also
  /// right for a child that has exited by itself, to end what it left behind.
  void end(std::uint64_t handle, int grace_ms);
  /// As end(), and forgets the handle; `exited` still comes. Whoever spawns releases, once.
  void release(std::uint64_t handle, int grace_ms);
  /// At most that many processes and threads of all children together, where the system lets us: see the log.
  /// Returns at once.
  void limit_processes(int most);
  /// The child's process id (for information); 0 when the handle is unknown.
  pid_t pid(std::uint64_t handle) const;

 private:
  struct Impl;
  explicit Spawner(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// The environment that children get: ours without Collet's own keys (SESSION_API_KEY*, OH_SECRET_KEY,
/// OH_*KEY*, COLLET_* …), and what extend_child_environment has added. Any thread, while nobody changes the
/// environment.
std::vector<std::string> child_environment();
/// Children get these too from now on, in the place of variables of the same name; Collet's own keys again
/// not. Any thread.
void extend_child_environment(const std::map<std::string, std::string>& variables);

}  // namespace collet::process
