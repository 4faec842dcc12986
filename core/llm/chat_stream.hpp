// A chat completion that arrives as a stream of deltas.
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "collet/json.hpp"
#include "llm/chat_response.hpp"
#include "llm/provider.hpp"
#include "llm/sse_parser.hpp"

namespace collet::llm {

/// Puts the deltas of one answer together. One thread.
class ChatStream {
 public:
  /// `delta` gets each piece of text and reasoning as it comes; may be empty.
  explicit ChatStream(Provider::Delta delta);
  ChatStream(const ChatStream&) = delete;
  ChatStream& operator=(const ChatStream&) = delete;

  /// False: the stream is wrong; finish() says why.
  bool feed(std::string_view bytes) { return parser_.feed(bytes) || done_; }
  /// The stream ended (`broken`: by an error of the connection). An answer that was not finished is a
  /// failure.
  ChatResult finish(bool broken);

 private:
  struct PartialCall {
    std::int64_t index;
    ToolCall call;
  };

  bool take_event(std::string_view data);
  bool take_choice(const json::Value& choice);
  bool take_tool_calls(const json::Value& calls);
  PartialCall& partial_call(const json::Value& call);
  bool refuse(std::string_view what);

  Provider::Delta delta_;
  SseParser parser_;
  Response response_;
  std::vector<PartialCall> calls_;
  bool finished_ = false;  // a finish_reason came
  bool done_ = false;      // the stream's own end mark came
  std::optional<AttemptFailure> failure_;
};

}  // namespace collet::llm
