#include "llm/openai_chat.hpp"

#include <utility>

#include "llm/chat_call.hpp"

namespace collet::llm {
namespace {

// What the caller holds: its end is the call's cancellation.
class CallHandle final : public Call {
 public:
  explicit CallHandle(std::shared_ptr<ChatCall> call) : call_(std::move(call)) {}
  ~CallHandle() override { call_->cancel(); }

 private:
  std::shared_ptr<ChatCall> call_;
};

}  // namespace

OpenAiChat::OpenAiChat(CurlMulti::Options options) : multi_(std::move(options)) {}
OpenAiChat::~OpenAiChat() = default;

std::unique_ptr<Call> OpenAiChat::start(const Config& config, Request request, Delta delta, Done done) {
  auto call = std::make_shared<ChatCall>(multi_, config, std::move(delta), std::move(done));
  auto handle = std::make_unique<CallHandle>(call);
  call->begin(request);
  return handle;
}

}  // namespace collet::llm
