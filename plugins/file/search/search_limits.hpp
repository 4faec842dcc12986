#pragma once
#include <chrono>

#include "collet/cancellation.hpp"

namespace collet::file {

/// When a search has to end. Any thread.
struct SearchLimits {
  std::chrono::steady_clock::time_point deadline;
  const Cancellation* cancellation = nullptr;  ///< null: nobody cancels it

  bool reached() const {
    return (cancellation != nullptr && cancellation->cancelled()) ||
           std::chrono::steady_clock::now() >= deadline;
  }
};

}  // namespace collet::file
