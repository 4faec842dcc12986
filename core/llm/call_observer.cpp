#include "llm/call_observer.hpp"

#include <atomic>
#include <chrono>
#include <utility>

namespace collet::llm {
namespace {

using Clock = std::chrono::steady_clock;

// One call's end is told once: by its outcome, or else by its cancellation.
class Watch {
 public:
  Watch(CallObserver& observer, Config config) : observer_(observer), config_(std::move(config)) {
    observer_.call_started(config_);
  }
  void end(const Outcome* outcome) {
    if (ended_.exchange(true)) return;
    const std::chrono::duration<double> took = Clock::now() - begun_;
    observer_.call_ended(config_, outcome, took.count());
  }

 private:
  CallObserver& observer_;
  Config config_;
  Clock::time_point begun_ = Clock::now();
  std::atomic<bool> ended_{false};
};

struct ObservedCall final : Call {
  explicit ObservedCall(std::shared_ptr<Watch> its_watch) : watch(std::move(its_watch)) {}
  ~ObservedCall() override {
    inner.reset();
    watch->end(nullptr);
  }
  ObservedCall(const ObservedCall&) = delete;
  ObservedCall& operator=(const ObservedCall&) = delete;

  std::shared_ptr<Watch> watch;
  std::unique_ptr<Call> inner;
};

// What an observer may want to know; no secrets.
Config without_secrets(const Config& config) {
  Config kept;
  kept.model = config.model;
  kept.usage_id = config.usage_id;
  return kept;
}

}  // namespace

std::unique_ptr<Call> ObservedProvider::start(const Config& config, Request request, Delta delta, Done done) {
  auto watch = std::make_shared<Watch>(observer_, without_secrets(config));
  auto call = std::make_unique<ObservedCall>(watch);
  call->inner = inner_.start(config, std::move(request), std::move(delta),
                             [watch, done = std::move(done)](Outcome outcome) {
                               watch->end(&outcome);
                               done(std::move(outcome));
                             });
  return call;
}

}  // namespace collet::llm
