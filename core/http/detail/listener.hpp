// The listening port: Pistache accepts and polls, connections are ours from then on.
#pragma once
#include <cstdint>
#include <memory>

#include "base/result.hpp"
#include "http/detail/core.hpp"

namespace collet::http::detail {

class Listener {
 public:
  explicit Listener(std::shared_ptr<Core> core);
  /// As stop().
  ~Listener();
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  /// Takes the port: it says which. Whoever connects waits for start().
  Result<std::uint16_t> bind();
  /// Starts the accepting and polling threads.
  Result<void> start();
  /// Ends these threads. All connections have to be detached before.
  void stop();

 private:
  struct Impl;
  std::shared_ptr<Core> core_;
  std::unique_ptr<Impl> impl_;
};

}  // namespace collet::http::detail
