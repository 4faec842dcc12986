// A model call that a test can wait for.
#pragma once
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "llm/provider.hpp"

namespace collet::llm::testing {

/// Starts the call when it is made; collects the deltas and the outcome. Any thread may wait.
class WaitingCall {
  struct Shared {
    mutable std::mutex mutex;
    std::condition_variable changed;
    std::string text, reasoning;
    int deltas = 0, outcomes = 0;
    std::optional<Outcome> outcome;
  };
  template <class Read>
  auto with_lock(Read read) const {
    const std::lock_guard lock(shared_->mutex);
    return read(*shared_);
  }

 public:
  WaitingCall(Provider& provider, const Config& config,
              Request request = {R"([{"role":"user","content":"hi"}])", "", ""})
      : shared_(std::make_shared<Shared>()) {
    call_ = provider.start(
        config, std::move(request),
        [shared = shared_](std::string_view text, std::string_view reasoning) {
          const std::lock_guard lock(shared->mutex);
          shared->text += text;
          shared->reasoning += reasoning;
          ++shared->deltas;
          shared->changed.notify_all();
        },
        [shared = shared_](Outcome outcome) {
          const std::lock_guard lock(shared->mutex);
          shared->outcome = std::move(outcome);
          ++shared->outcomes;
          shared->changed.notify_all();
        });
  }

  /// The outcome; none when it takes longer than `limit`.
  std::optional<Outcome> wait(std::chrono::seconds limit = std::chrono::seconds(20)) {
    std::unique_lock lock(shared_->mutex);
    shared_->changed.wait_for(lock, limit, [&] { return shared_->outcomes > 0; });
    return shared_->outcome;
  }
  /// Whether this many deltas have come within 20 seconds.
  bool wait_for_deltas(int count) {
    std::unique_lock lock(shared_->mutex);
    return shared_->changed.wait_for(lock, std::chrono::seconds(20),
                                     [&] { return shared_->deltas >= count; });
  }
  void cancel() { call_.reset(); }

  std::string text() const {
    return with_lock([](const Shared& s) { return s.text; });
  }
  std::string reasoning() const {
    return with_lock([](const Shared& s) { return s.reasoning; });
  }
  int deltas() const {
    return with_lock([](const Shared& s) { return s.deltas; });
  }
  int outcomes() const {
    return with_lock([](const Shared& s) { return s.outcomes; });
  }

 private:
  std::shared_ptr<Shared> shared_;
  std::unique_ptr<Call> call_;
};

}  // namespace collet::llm::testing
