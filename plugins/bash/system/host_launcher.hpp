#pragma once
#include "collet/host.hpp"
#include "system/launcher.hpp"

namespace collet::bash {

/// Launches through the host. Any thread.
class HostLauncher final : public Launcher {
 public:
  explicit HostLauncher(Processes processes) : processes_(processes) {}
  std::unique_ptr<Child> launch(const LaunchRequest& request, std::function<void(int)> exited) override;

 private:
  Processes processes_;
};

}  // namespace collet::bash
