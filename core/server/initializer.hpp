// A server that was started dormant (`deferred_init`), and how it becomes one that serves.
#pragma once
#include <functional>
#include <mutex>
#include <string>

#include "api/init_api.hpp"
#include "server/config.hpp"

namespace collet::server {

/// Any thread.
class Initializer final : public api::Initialization {
 public:
  /// Makes the server that a configuration describes; called once at a time, on a thread that may block. An
  /// error leaves nothing of it behind.
  using BringUp = std::function<Result<void>(const Config& config)>;
  Initializer(Config config, BringUp bring_up);

  std::optional<Status> status() const override;
  bool admits(std::string_view key) const override;
  Result<void> initialize(const json::Value& request) override;

 private:
  enum class State { kNotDeferred, kDormant, kInitializing, kReady };

  mutable std::mutex mutex_;
  State state_;
  std::string error_;
  Config config_;  ///< in force: as started, then as initialised
  const BringUp bring_up_;
};

/// What the body of POST /api/init makes of a configuration. kInvalid names what cannot be.
Result<Config> initialized_config(const Config& dormant, const json::Value& request);

}  // namespace collet::server
