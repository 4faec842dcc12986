// One call of the built-in provider: its attempts, the waits between them, and its end.
#pragma once
#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "llm/chat_request.hpp"
#include "llm/chat_stream.hpp"
#include "llm/failures.hpp"
#include "llm/provider.hpp"
#include "llm/transport.hpp"

namespace collet::llm {

/// Lives as long as a transfer, a timer or the caller's handle refers to it. begin() and cancel() may come
/// from any thread; all else runs on the client's thread.
class ChatCall : public std::enable_shared_from_this<ChatCall> {
 public:
  ChatCall(CurlMulti& multi, const Config& config, Provider::Delta delta, Provider::Done done);

  /// Makes the first attempt. Once.
  void begin(const Request& request);
  /// `done` and `delta` are not called any more, but for calls of them that are running at this moment.
  void cancel();

 private:
  using Clock = std::chrono::steady_clock;

  void attempt();
  bool on_body(int status, std::string_view piece);
  void on_end(const TransferEnd& end);
  ChatResult result_of(const TransferEnd& end);
  void on_failure(AttemptFailure failure);
  void fail_later(AttemptFailure failure);
  void finish(Outcome outcome);
  void pass_on(std::string_view text, std::string_view reasoning);
  template <class Start>
  void unless_over(Start start);

  CurlMulti& multi_;  // alive whenever its thread calls us
  const Config config_;
  Endpoint endpoint_;
  HeaderList headers_;
  std::shared_ptr<const std::string> body_;
  int attempts_ = 0;

  // Of the present attempt.
  Clock::time_point started_;
  std::string answer_;
  std::optional<ChatStream> stream_;

  std::mutex mutex_;  // guards what follows
  bool over_ = false;
  CurlMulti::Ticket ticket_;  // of the transfer or timer under way
  std::shared_ptr<Provider::Delta> delta_;
  Provider::Done done_;
};

}  // namespace collet::llm
