#include "conversation/stored_conversation.hpp"

#include <utility>

namespace collet::conversation {

StoredConversation::StoredConversation(Surroundings& around, Loaded loaded, Take take)
    : around_(around), loaded_(std::move(loaded)), take_(std::move(take)) {}

std::shared_ptr<ConversationSecrets> StoredConversation::secrets() const {
  const std::lock_guard lock(mutex_);
  if (!secrets_) {
    const Setup& setup = *loaded_.state.setup;
    secrets_ = std::make_shared<ConversationSecrets>(setup.id, around_.secret_access, around_.secret_readers);
    secrets_->set(setup.secret_sources, setup.created_through);
    secrets_->hide_secrets_of(setup.agent);
  }
  return secrets_;
}

void StoredConversation::document(std::function<void(std::string)> done) {
  done(conversation::document(loaded_.state, loaded_.usage));
}

void StoredConversation::follow(std::optional<std::int64_t> after_seq, std::function<void()> wake,
                                Followed done) {
  auto first = std::make_shared<const std::string>(
      agent::state_update_frame("full_state", full_state(loaded_.state, loaded_.usage)));
  done(around_.log.follow(id(), after_seq, std::move(first), std::move(wake)));
}

template <class Answer, class Command>
void StoredConversation::with_ours(std::function<void(Answer)> done, Command command) {
  take_(id(), [done = std::move(done),
               command = std::move(command)](Result<std::shared_ptr<Conversation>> ours) mutable {
    if (!ours) return done(Answer(ours.error()));
    command(**ours, std::move(done));
  });
}

void StoredConversation::send(UserMessage message, bool run, Done done) {
  with_ours(std::move(done), [message = std::move(message), run](Conversation& ours, Done then) mutable {
    ours.send(std::move(message), run, std::move(then));
  });
}
void StoredConversation::run(Done done) {
  with_ours(std::move(done), [](Conversation& ours, Done then) { ours.run(std::move(then)); });
}
void StoredConversation::pause(Done done) {
  with_ours(std::move(done), [](Conversation& ours, Done then) { ours.pause(std::move(then)); });
}
void StoredConversation::interrupt(Done done) {
  with_ours(std::move(done), [](Conversation& ours, Done then) { ours.interrupt(std::move(then)); });
}
void StoredConversation::respond(bool accept, std::string reason, Done done) {
  with_ours(std::move(done), [accept, reason = std::move(reason)](Conversation& ours, Done then) mutable {
    ours.respond(accept, std::move(reason), std::move(then));
  });
}
void StoredConversation::patch(Patch patch, Done done) {
  with_ours(std::move(done), [patch = std::move(patch)](Conversation& ours, Done then) mutable {
    ours.patch(std::move(patch), std::move(then));
  });
}
void StoredConversation::update_secrets(std::string sources, Done done) {
  with_ours(std::move(done), [sources = std::move(sources)](Conversation& ours, Done then) mutable {
    ours.update_secrets(std::move(sources), std::move(then));
  });
}
void StoredConversation::append(Note note, std::function<void(Result<std::string>)> done) {
  with_ours(std::move(done), [note = std::move(note)](Conversation& ours,
                                                      std::function<void(Result<std::string>)> then) mutable {
    ours.append(std::move(note), std::move(then));
  });
}
void StoredConversation::recover(Done done) {
  with_ours(std::move(done), [](Conversation& ours, Done then) { ours.recover(std::move(then)); });
}
void StoredConversation::close(Status last_status, Done done) {
  with_ours(std::move(done),
            [last_status](Conversation& ours, Done then) { ours.close(last_status, std::move(then)); });
}

}  // namespace collet::conversation
