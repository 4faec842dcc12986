// The host's side of "process".
#include <fcntl.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "plugins/boundary.hpp"
#include "plugins/guest.hpp"
#include "plugins/host_features.hpp"

namespace collet::plugins {
namespace {

// The environment of children, with the plugin's entries added or in place of old ones.
std::vector<std::string> environment_with(collet_pairs added) {
  std::vector<std::string> environment = process::child_environment();
  for (const auto& [name, value] : detail::to_pairs(added)) {
    const std::string start = name + "=";
    std::erase_if(environment, [&](const std::string& entry) { return entry.starts_with(start); });
    environment.push_back(start + value);
  }
  return environment;
}

// The plugin keeps its own descriptor. False: it is none.
bool borrow(int32_t fd, UniqueFd& copy) {
  if (fd < 0) return true;
  copy.reset(::fcntl(fd, F_DUPFD_CLOEXEC, 3));
  return copy.valid();
}

collet_status spawn(const collet_host* host, const collet_spawn* asked, void* context,
                    void (*exited)(void* context, int32_t status), collet_handle* process,
                    collet_sink error) noexcept {
  return guarded(error, [&]() -> collet_status {
    Guest& guest = guest_of(host);
    process::SpawnRequest request;
    for (size_t i = 0; i < asked->argc; ++i) request.argv.push_back(detail::to_string(asked->argv[i]));
    request.environment = environment_with(asked->environment);
    request.working_dir = detail::to_string(asked->working_dir);
    request.terminal = asked->terminal != 0;
    if (!borrow(asked->stdin_fd, request.stdin_fd) || !borrow(asked->stdout_fd, request.stdout_fd) ||
        !borrow(asked->stderr_fd, request.stderr_fd))
      return refuse(error, invalid("a descriptor for the process is not open"));
    const auto handle = guest.processes.spawn(std::move(request), [context, exited](int status) {
      if (exited != nullptr) caught([&] { exited(context, status); });
    });
    if (!handle) return refuse(error, handle.error());
    *process = *handle;
    return COLLET_OK;
  });
}

collet_status send_signal(const collet_host* host, collet_handle process, int32_t signal) noexcept {
  return guarded({}, [&]() -> collet_status {
    auto& processes = guest_of(host).processes;
    return processes.owns(process) && processes.spawner().signal(process, signal) ? COLLET_OK
                                                                                  : COLLET_NOT_FOUND;
  });
}

void end(const collet_host* host, collet_handle process, int32_t grace_ms) noexcept {
  guarded({}, [&]() -> collet_status {
    auto& processes = guest_of(host).processes;
    if (processes.owns(process)) processes.spawner().end(process, grace_ms);
    return COLLET_OK;
  });
}

int64_t pid(const collet_host* host, collet_handle process) noexcept {
  int64_t found = 0;
  guarded({}, [&]() -> collet_status {
    auto& processes = guest_of(host).processes;
    if (processes.owns(process)) found = processes.spawner().pid(process);
    return COLLET_OK;
  });
  return found;
}

void release(const collet_host* host, collet_handle process) noexcept {
  guarded({}, [&]() -> collet_status {
    guest_of(host).processes.release(process);
    return COLLET_OK;
  });
}

}  // namespace

const collet_process kProcessFeature{sizeof(collet_process), spawn, send_signal, end, pid, release};

}  // namespace collet::plugins
