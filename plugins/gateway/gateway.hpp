// Conversations as chat completions: LLM profiles are the models, a conversation answers.
#pragma once
#include <chrono>
#include <string>
#include <utility>

#include "chat_answer.hpp"
#include "chat_form.hpp"
#include "chat_runs.hpp"
#include "collet/host.hpp"
#include "collet/http.hpp"

namespace collet::gateway {

/// Any thread, once the plugin is started; blocks on the database, never on a model.
class Gateway {
 public:
  /// `workspace`: the folder of its conversations.
  Gateway(Host& host, std::string workspace, Waiting waiting)
      : host_(host), workspace_(std::move(workspace)), runs_(host, waiting) {}

  void start() { runs_.start(); }
  void stop() { runs_.stop(); }

  /// {"object", "data": [{"id", …}]}
  std::string models() const;
  /// Answers `reply` when the agent has done what was asked, or at once with a stream that ends then. A
  /// client that leaves a stream leaves the run alone. Throws a Refusal, or HostError, where it does not come
  /// to that; then the reply is not used.
  void complete(const Request& request, Reply& reply);

 private:
  struct Place {
    std::string conversation;
    std::int64_t after_seq = 0;  ///< of its events; what comes behind belongs to this request
  };
  Place begin(const Request& request, const ChatRequest& chat);
  std::string start_body(const ChatRequest& chat, const json::Value& llm, const std::string& message) const;
  void answer_whole(Completion completion, const Place& place, Reply& reply);
  void answer_in_frames(Completion completion, bool include_usage, const Place& place, Reply& reply);

  Host& host_;
  const std::string workspace_;
  ChatRuns runs_;
};

}  // namespace collet::gateway
