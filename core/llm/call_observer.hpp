#pragma once
#include <memory>

#include "llm/provider.hpp"

namespace collet::llm {

/// Is told of every model call, on the thread that makes or ends it; may be called from several at once and
/// must return soon.
class CallObserver {
 public:
  virtual ~CallObserver() = default;
  virtual void call_started(const Config& config) noexcept = 0;
  /// `outcome`: null when the call was cancelled. `seconds`: retries included.
  virtual void call_ended(const Config& config, const Outcome* outcome, double seconds) noexcept = 0;
};

/// A provider whose calls are told to an observer. Both must outlive it and its calls.
class ObservedProvider final : public Provider {
 public:
  ObservedProvider(Provider& inner, CallObserver& observer) : inner_(inner), observer_(observer) {}
  std::unique_ptr<Call> start(const Config& config, Request request, Delta delta, Done done) override;

 private:
  Provider& inner_;
  CallObserver& observer_;
};

}  // namespace collet::llm
