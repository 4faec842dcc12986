#pragma once
#include "conversation/service.hpp"
#include "plugins/conversation_access.hpp"

namespace collet::server {

/// Conversations for plugins, through the same checks that clients pass.
class ConversationGateway final : public plugins::ConversationAccess {
 public:
  explicit ConversationGateway(conversation::ConversationService& service) : service_(service) {}
  Result<std::string> get(const std::string& id) override;
  Result<std::vector<std::string>> list() override;
  Result<void> send_message(const std::string& id, const std::string& message) override;

 private:
  conversation::ConversationService& service_;
};

}  // namespace collet::server
