// A conversation that this server does not own, as the database has it: where several servers share one, any
// of them shows it, and the one that is asked to change it must take it first.
#pragma once
#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "conversation/conversation.hpp"
#include "conversation/conversation_secrets.hpp"
#include "conversation/live_conversation.hpp"
#include "conversation/state.hpp"

namespace collet::conversation {

/// What it shows is as of its making; make a new one for each request.
class StoredConversation final : public Conversation {
 public:
  /// Makes this server the owner, or says who is. Called on the thread of the command; calls back later.
  using Taken = std::function<void(Result<std::shared_ptr<Conversation>>)>;
  using Take = std::function<void(const std::string& id, Taken)>;

  StoredConversation(Surroundings& around, Loaded loaded, Take take);

  const std::string& id() const override { return loaded_.state.setup->id; }
  std::shared_ptr<ConversationSecrets> secrets() const override;
  void document(std::function<void(std::string)> done) override;
  /// Full states and streamed pieces of text are not heard: they are sent by the owner, and stored by nobody.
  void follow(std::optional<std::int64_t> after_seq, std::function<void()> wake, Followed done) override;

  // These take it.
  void send(UserMessage message, bool run, Done done) override;
  void run(Done done) override;
  void pause(Done done) override;
  void interrupt(Done done) override;
  void respond(bool accept, std::string reason, Done done) override;
  void patch(Patch patch, Done done) override;
  void update_secrets(std::string sources, Done done) override;
  void append(Note note, std::function<void(Result<std::string>)> done) override;
  void recover(Done done) override;
  void close(Status last_status, Done done) override;

 private:
  /// `command` gets the conversation once it is ours, and `done`.
  template <class Answer, class Command>
  void with_ours(std::function<void(Answer)> done, Command command);

  Surroundings& around_;
  const Loaded loaded_;
  const Take take_;
  mutable std::mutex mutex_;
  mutable std::shared_ptr<ConversationSecrets> secrets_;  // made when somebody wants them
};

}  // namespace collet::conversation
