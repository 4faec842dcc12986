#include "system/host_launcher.hpp"

#include <utility>

namespace collet::bash {
namespace {

class HostChild final : public Child {
 public:
  explicit HostChild(Process process) : process_(std::move(process)) {}
  void end(int grace_ms) override { process_.end(grace_ms); }
  bool signal(int number) override { return process_.signal(number); }
  long pid() const override { return process_.pid(); }

 private:
  Process process_;
};

}  // namespace

std::unique_ptr<Child> HostLauncher::launch(const LaunchRequest& request, std::function<void(int)> exited) {
  SpawnOptions options{request.argv,      request.environment, request.working_dir, request.stdin_fd,
                       request.stdout_fd, request.stderr_fd,   request.terminal};
  Processes processes = processes_;
  try {
    return std::make_unique<HostChild>(processes.spawn(options, std::move(exited)));
  } catch (const HostError& error) {
    throw LaunchError(error.what());
  }
}

}  // namespace collet::bash
