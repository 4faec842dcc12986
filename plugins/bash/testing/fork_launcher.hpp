// For the unit tests: launches with fork, and ends a child's whole tree by walking /proc.
#pragma once
#include <memory>
#include <string>

#include "system/launcher.hpp"

namespace collet::bash::testing {

class ForkLauncher final : public Launcher {
 public:
  ForkLauncher();
  ~ForkLauncher() override;  ///< ends what is left and waits for it
  std::unique_ptr<Child> launch(const LaunchRequest& request, std::function<void(int)> exited) override;

  /// How many processes descend from what was launched here.
  std::size_t running() const;
  /// Of these, how many are the program `name` by now: a shell has then also given it the terminal.
  std::size_t running(const std::string& name) const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace collet::bash::testing
