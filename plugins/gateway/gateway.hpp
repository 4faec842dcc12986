// Conversations as chat completions: LLM profiles are the models, a conversation answers.
#pragma once
#include <chrono>
#include <string>

#include "chat_form.hpp"
#include "chat_runs.hpp"
#include "collet/host.hpp"
#include "collet/http.hpp"

namespace collet::gateway {

/// Any thread, once the plugin is started; blocks on the database, never on a model.
class Gateway {
 public:
  /// `workspace`: the folder of its conversations.
  Gateway(Host& host, std::string workspace, std::chrono::milliseconds patience)
      : host_(host), workspace_(std::move(workspace)), runs_(host, patience) {}

  void start() { runs_.start(); }
  void stop() { runs_.stop(); }

  /// {"object", "data": [{"id", …}]}
  std::string models() const;
  /// Answers `reply` when the agent has done what was asked. Throws a Refusal, or HostError, where it does
  /// not come to that; then the reply is not used.
  void complete(const Request& request, Reply& reply);

 private:
  struct Place {
    std::string conversation;
    std::int64_t after_seq = 0;  ///< of its events; what comes behind belongs to this request
  };
  Place begin(const Request& request, const ChatRequest& chat);
  std::string start_body(const ChatRequest& chat, const json::Value& llm, const std::string& message) const;
  Response answer(const ChatRequest& chat, const std::string& conversation, const RunEnd& end) const;

  Host& host_;
  const std::string workspace_;
  ChatRuns runs_;
};

}  // namespace collet::gateway
