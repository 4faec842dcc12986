// The implementation of a conversation on its strand (conversation.hpp says what each command does).
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "conversation/conversation.hpp"
#include "conversation/conversation_secrets.hpp"
#include "conversation/journal.hpp"
#include "conversation/run.hpp"
#include "conversation/run_slots.hpp"

namespace collet::conversation {

/// What all conversations share; outlives them.
struct Surroundings {
  asio::io_context& io;
  events::EventLog& log;
  llm::Providers& providers;
  agent::ToolRegistry& tools;
  RunSlots& slots;
  const secrets::SealedBox& box;
  SecretAccess& secret_access;
  WorkerPool& secret_readers;
  /// Another server has become a conversation's owner. Called on the conversation's strand.
  std::function<void(const std::string& id)> lost = {};
};

class LiveConversation final : public Conversation, public std::enable_shared_from_this<LiveConversation> {
 public:
  /// kInvalid: the agent's llm or tools cannot be used; names what.
  /// `claim`: see Journal.
  static Result<std::shared_ptr<LiveConversation>> make(Surroundings& around, State state,
                                                        llm::UsageLedger usage,
                                                        std::optional<storage::Claim> claim = {});

  const std::string& id() const override { return id_; }
  const std::optional<storage::Claim>& claim() const { return journal_.claim(); }
  std::shared_ptr<ConversationSecrets> secrets() const override { return secrets_; }
  void send(UserMessage message, bool run, Done done) override;
  void run(Done done) override;
  void pause(Done done) override;
  void interrupt(Done done) override;
  void respond(bool accept, std::string reason, Done done) override;
  void patch(Patch patch, Done done) override;
  void append(Note note, std::function<void(Result<std::string>)> done) override;
  void update_secrets(std::string sources, Done done) override;
  void document(std::function<void(std::string)> done) override;
  void follow(std::optional<std::int64_t> after_seq, std::function<void()> wake, Followed done) override;
  void recover(Done done) override;
  void close(Status last_status, Done done) override;

 private:
  LiveConversation(Surroundings& around, State state, llm::UsageLedger usage,
                   std::optional<storage::Claim> claim);
  Result<void> equip();

  asio::awaitable<Result<void>> do_send(UserMessage message, bool run);
  asio::awaitable<Result<void>> do_run();
  asio::awaitable<Result<void>> do_pause();
  asio::awaitable<Result<void>> do_interrupt();
  asio::awaitable<Result<void>> do_respond(bool accept, std::string reason);
  asio::awaitable<Result<void>> do_append(Note note, std::shared_ptr<std::string> id);
  asio::awaitable<Result<void>> do_update_secrets(std::string sources);
  asio::awaitable<Result<void>> do_recover();
  asio::awaitable<Result<void>> do_close(Status last_status);

  void spawn(std::function<asio::awaitable<Result<void>>(LiveConversation&)> work, Done done);
  void start_run();
  asio::awaitable<void> run_to_end(std::shared_ptr<Run> run);
  asio::awaitable<void> wait_until_idle();
  void start_title(const UserMessage& message);
  asio::awaitable<void> make_title(std::string content, std::shared_ptr<Arrival<llm::Outcome>> answer);

  Surroundings& around_;
  std::string id_;
  Strand strand_;
  std::shared_ptr<ConversationSecrets> secrets_;
  Journal journal_;
  Equipment equipment_;
  RealActions real_actions_;
  std::shared_ptr<Run> run_;  ///< the active run
  std::vector<std::shared_ptr<Arrival<bool>>> idle_waiters_;
  std::shared_ptr<Arrival<llm::Outcome>> title_answer_;  ///< while the model is asked for a title
  bool closed_ = false;
};

}  // namespace collet::conversation
