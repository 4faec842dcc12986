// The built-in provider: OpenAI chat completions, plain or streamed, at any endpoint that speaks them.
#pragma once
#include <memory>

#include "llm/provider.hpp"
#include "llm/transport.hpp"

namespace collet::llm {

/// All calls share one thread. Any thread may start and cancel. Destroying the provider fails the calls that
/// are still under way (their `done` is called before the destructor returns).
class OpenAiChat final : public Provider {
 public:
  explicit OpenAiChat(CurlMulti::Options options = {});
  ~OpenAiChat() override;

  std::unique_ptr<Call> start(const Config& config, Request request, Delta delta, Done done) override;

 private:
  CurlMulti multi_;
};

}  // namespace collet::llm
