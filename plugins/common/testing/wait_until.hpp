// For tests: waiting for what other threads and processes bring about.
#pragma once
#include <chrono>
#include <thread>

namespace collet::testing {

/// Asks until it is true, for half a minute at most.
template <class Condition>
bool wait_until(const Condition& condition) {
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > until) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return true;
}

}  // namespace collet::testing
