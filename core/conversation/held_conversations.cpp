#include "conversation/held_conversations.hpp"

#include "base/log.hpp"
#include "conversation/wait_for.hpp"

namespace collet::conversation {
namespace {

Result<void> recover(Conversation& conversation) {
  return wait_for([&](Conversation::Done done) { conversation.recover(std::move(done)); });
}

}  // namespace

Result<void> HeldConversations::share(storage::Database& database, const storage::Claims::Options& options,
                                      Remove remove) {
  remove_ = std::move(remove);
  auto started = storage::Claims::start(database, options);
  if (!started) return started.error();
  claims_ = std::move(*started);
  if (auto running = takers_.start(); !running) return running;
  for (const auto* status : {"running", "deleting"}) {
    const auto orphans = claims_->orphans(status);
    if (!orphans) return orphans.error();
    for (const auto& id : *orphans)
      if (auto adopted = adopt(id); !adopted) return adopted;
  }
  OwnershipWatch::Handlers handlers;
  handlers.held = [this] { return held_claims(); };
  handlers.give_up = [this](const std::string& id) { give_up(id); };
  handlers.adopt = [this](const std::string& id) {
    if (auto adopted = adopt(id); !adopted)
      log::error("conversation", adopted.error().message, {.conversation = id});
  };
  auto begun = std::make_unique<OwnershipWatch>(*claims_, std::move(handlers));
  const std::lock_guard lock(mutex_);
  watch_ = std::move(begun);
  return {};
}

void HeldConversations::stop_taking() {
  std::unique_ptr<OwnershipWatch> ended;
  {
    const std::lock_guard lock(mutex_);
    ended = std::move(watch_);
  }
  if (ended) takers_.stop();
  ended.reset();
  const std::lock_guard lock(mutex_);
  stopping_ = true;
}

Result<std::shared_ptr<Conversation>> HeldConversations::find(const std::string& id) {
  if (auto ours = held(id)) return std::shared_ptr<Conversation>(std::move(ours));
  const auto row = store_.get(id);
  if (!row) return row.error();
  if (!claims_) {
    auto ours = load(*row, {});
    if (!ours) return ours.error();
    return std::shared_ptr<Conversation>(std::move(*ours));
  }
  auto loaded = from_row(*row, around_.box);
  if (!loaded) return loaded.error();
  return std::shared_ptr<Conversation>(std::make_shared<StoredConversation>(
      around_, std::move(*loaded), [this](const std::string& wanted, StoredConversation::Taken taken) {
        take_later(wanted, std::move(taken));
      }));
}

Result<HeldConversations::Live> HeldConversations::take(const std::string& id) {
  const std::lock_guard one_at_a_time(taking_);
  if (auto ours = held(id)) return ours;
  std::optional<storage::Claim> claim;
  if (claims_) {
    auto taken = claims_->take(id);
    if (!taken) return taken.error();
    claim = std::move(*taken);
  }
  const auto row = store_.get(id);
  if (!row) return row.error();
  auto ours = load(*row, std::move(claim));
  if (!ours || !claims_ || row->status != name_of(Status::kRunning)) return ours;
  // Its owner ended in the middle of a run.
  if (auto recovered = recover(**ours); !recovered) return recovered.error();
  return ours;
}

void HeldConversations::take_later(const std::string& id, StoredConversation::Taken taken) {
  const auto shared = std::make_shared<StoredConversation::Taken>(std::move(taken));
  const bool queued = takers_.post(id, [this, id, shared] {
    auto ours = take(id);
    (*shared)(ours ? Result<std::shared_ptr<Conversation>>(std::move(*ours))
                   : Result<std::shared_ptr<Conversation>>(ours.error()));
  });
  if (!queued) (*shared)(unavailable("Too many commands wait for this conversation"));
}

Result<HeldConversations::Live> HeldConversations::load(const storage::ConversationRow& row,
                                                        std::optional<storage::Claim> claim) {
  auto loaded = from_row(row, around_.box);
  if (!loaded) return loaded.error();
  auto made =
      LiveConversation::make(around_, std::move(loaded->state), std::move(loaded->usage), std::move(claim));
  if (!made) return made.error();
  const std::lock_guard lock(mutex_);
  if (stopping_ && claims_) return unavailable("The server is stopping");
  return live_.emplace(row.id, std::move(*made)).first->second;
}

std::optional<storage::Claim> HeldConversations::first_claim() const {
  if (!claims_) return std::nullopt;
  return claims_->first();
}

Result<HeldConversations::Live> HeldConversations::add(const std::string& id, Live conversation) {
  const std::lock_guard lock(mutex_);
  if (stopping_) return unavailable("The server is stopping");
  return live_.emplace(id, std::move(conversation)).first->second;
}

void HeldConversations::erase(const std::string& id) {
  const std::lock_guard lock(mutex_);
  live_.erase(id);
}

HeldConversations::Live HeldConversations::held(const std::string& id) const {
  const std::lock_guard lock(mutex_);
  const auto it = live_.find(id);
  return it == live_.end() ? nullptr : it->second;
}

std::map<std::string, HeldConversations::Live> HeldConversations::all() const {
  const std::lock_guard lock(mutex_);
  return live_;
}

std::size_t HeldConversations::size() const {
  const std::lock_guard lock(mutex_);
  return live_.size();
}

std::vector<std::pair<std::string, storage::Claim>> HeldConversations::held_claims() const {
  std::vector<std::pair<std::string, storage::Claim>> held;
  const std::lock_guard lock(mutex_);
  for (const auto& [id, ours] : live_)
    if (ours->claim()) held.emplace_back(id, *ours->claim());
  return held;
}

// Its owner has crashed. Another server may be quicker than we.
Result<void> HeldConversations::adopt(const std::string& id) {
  auto ours = take(id);
  if (!ours) {
    const bool taken =
        ours.error().kind == Error::Kind::kConflict || ours.error().kind == Error::Kind::kNotFound;
    return taken ? Result<void>() : Result<void>(ours.error());
  }
  const auto row = store_.get(id);
  if (row && row->status == name_of(Status::kDeleting)) return remove_(id);
  return {};
}

void HeldConversations::lost(const std::string& id) {
  const std::lock_guard lock(mutex_);
  if (watch_) watch_->lost(id);
}

// Its run here ends, and nothing of it is stored any more.
void HeldConversations::give_up(const std::string& id) {
  Live lost;
  {
    const std::lock_guard lock(mutex_);
    const auto it = live_.find(id);
    if (it == live_.end()) return;
    lost = std::move(it->second);
    live_.erase(it);
  }
  log::error("conversation",
             id + ": another server has taken it over, since this one was not heard of; what runs "
                  "here is stopped, and nothing of it is stored any more");
  static_cast<void>(
      wait_for([&](Conversation::Done done) { lost->close(Status::kPaused, std::move(done)); }));
  for (const auto& tool : around_.tools.all()) tool->close_conversation(id);
}

}  // namespace collet::conversation
