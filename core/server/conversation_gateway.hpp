#pragma once
#include <condition_variable>
#include <mutex>

#include "conversation/service.hpp"
#include "events/event_log.hpp"
#include "plugins/conversation_access.hpp"

namespace collet::server {

/// Conversations for plugins, through the same checks that clients pass.
class ConversationGateway final : public plugins::ConversationAccess {
 public:
  ConversationGateway(conversation::ConversationService& service, events::EventLog& log)
      : service_(service), log_(log) {}
  /// Nobody waits for a conversation any more: calls under way and later ones get kUnavailable. Before the
  /// service is stopped. Any thread.
  void stop();

  Result<std::string> get(const std::string& id) override;
  Result<std::vector<std::string>> list() override;
  Result<void> send_message(const std::string& id, const std::string& message) override;
  Result<void> run(const std::string& id) override;
  Result<void> pause(const std::string& id) override;
  Result<std::vector<events::Event>> read(const std::string& id, std::int64_t after_seq, int limit) override;
  Result<std::int64_t> last_seq(const std::string& id) override;
  Result<std::shared_ptr<events::Subscription>> follow(std::string& id, std::optional<std::int64_t> after_seq,
                                                       std::function<void()> wake) override;
  Result<std::string> append(const std::string& id, const std::string& kind, const std::string& source,
                             const std::string& members) override;
  Result<MaskerNow> masker_of(const std::string& id) override;

 private:
  struct Waiting {
    std::mutex mutex;
    std::condition_variable changed;
    bool stopped = false;
  };
  Result<std::shared_ptr<conversation::Conversation>> find(const std::string& id);
  /// Starts something on a conversation's strand and waits for its end.
  template <class T, class Start>
  Result<T> wait_for(Start start);

  conversation::ConversationService& service_;
  events::EventLog& log_;
  const std::shared_ptr<Waiting> waiting_ = std::make_shared<Waiting>();
};

}  // namespace collet::server
