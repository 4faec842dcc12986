#include "events/topic.hpp"

#include <algorithm>
#include <utility>

#include "base/log.hpp"

namespace collet::events {

bool Topic::add(const std::shared_ptr<Follower>& follower) {
  const std::lock_guard lock(mutex_);
  if (followers_.size() >= limits_.subscribers_per_conversation) return false;
  followers_.push_back(follower);
  follower_ids_.push_back(follower.get());
  return true;
}

bool Topic::remove(const Follower* follower) {
  const std::lock_guard lock(mutex_);
  const auto found = std::find(follower_ids_.begin(), follower_ids_.end(), follower);
  if (found != follower_ids_.end()) {
    followers_.erase(followers_.begin() + (found - follower_ids_.begin()));
    follower_ids_.erase(found);
  }
  return followers_.empty();
}

std::int64_t Topic::reached(std::int64_t seq) {
  const std::lock_guard lock(mutex_);
  last_seq_ = std::max(last_seq_, seq);
  return last_seq_;
}

void Topic::keep(const Event& event) {
  if (!tail_.empty() && event.seq <= tail_.back().seq) return;
  if (!tail_.empty() && event.seq != tail_.back().seq + 1) {
    tail_.clear();
    tail_bytes_ = 0;
  }
  tail_.push_back({event.seq, event.body});
  tail_bytes_ += event.body->size();
  while (tail_.size() > limits_.tail_events || (tail_bytes_ > limits_.tail_bytes && tail_.size() > 1)) {
    tail_bytes_ -= tail_.front().body->size();
    tail_.pop_front();
  }
  last_seq_ = std::max(last_seq_, event.seq);
}

Topic::Followers Topic::present() const {
  Followers found;
  for (const auto& weak : followers_)
    if (auto follower = weak.lock()) found.push_back(std::move(follower));
  return found;
}

void Topic::change_and_wake(const std::function<void(const Followers&)>& change) {
  Followers followers;
  std::vector<const Follower*> awake;
  {
    const std::lock_guard lock(mutex_);
    followers = present();
    change(followers);
    for (const auto& follower : followers)
      if (std::exchange(follower->sleeping_, false)) awake.push_back(follower.get());
  }
  for (const auto* follower : awake) follower->wake();
}

void Topic::publish(const std::vector<Event>& events) {
  change_and_wake([&](const Followers&) {
    for (const auto& event : events) keep(event);
  });
}

void Topic::advance(std::int64_t seq) {
  {
    const std::lock_guard lock(mutex_);
    if (seq <= last_seq_) return;
  }
  change_and_wake([&](const Followers&) { last_seq_ = std::max(last_seq_, seq); });
}

void Topic::broadcast(const Frame& frame) {
  change_and_wake([&](const Followers& followers) {
    for (const auto& follower : followers) follower->add_transient(last_seq_, frame, limits_.transient_bytes);
  });
}

Follower::Follower(std::shared_ptr<Topic> topic, Frame first, std::function<void()> wake, Read read,
                   std::function<void(const Follower*)> gone)
    : topic_(std::move(topic)),
      wake_(std::move(wake)),
      read_(std::move(read)),
      gone_(std::move(gone)),
      first_(std::move(first)) {}

Follower::~Follower() { gone_(this); }

void Follower::start_at(std::int64_t seq) {
  const std::lock_guard lock(topic_->mutex_);
  next_seq_ = seq;
}

bool Follower::failed() const {
  const std::lock_guard lock(topic_->mutex_);
  return failed_;
}

void Follower::add_transient(std::int64_t after_seq, const Frame& frame, std::size_t max_bytes) {
  transients_.push_back({after_seq, frame});
  transient_bytes_ += frame->size();
  while (transient_bytes_ > max_bytes && transients_.size() > 1) {
    transient_bytes_ -= transients_.front().frame->size();
    transients_.pop_front();
  }
}

void Follower::take_transients_before(std::int64_t seq, Taken& taken) {
  while (!transients_.empty() && transients_.front().after_seq < seq && !taken.full()) {
    transient_bytes_ -= transients_.front().frame->size();
    taken.add(0, std::move(transients_.front().frame));
    transients_.pop_front();
  }
}

bool Follower::take_event(std::int64_t seq, const Frame& body, Taken& taken) {
  take_transients_before(seq, taken);
  if (taken.full()) return false;
  taken.add(seq, body);
  next_seq_ = seq + 1;
  return true;
}

std::optional<Follower::Gap> Follower::take_from_memory(Taken& taken) {
  if (first_) taken.add(0, std::exchange(first_, nullptr));
  auto& topic = *topic_;
  while (next_seq_ <= topic.last_seq_ && !taken.full()) {
    const auto& tail = topic.tail_;
    if (tail.empty() || next_seq_ > tail.back().seq) return Gap{next_seq_, topic.last_seq_};
    if (next_seq_ < tail.front().seq) return Gap{next_seq_, tail.front().seq - 1};
    const auto& kept = tail[static_cast<std::size_t>(next_seq_ - tail.front().seq)];
    if (!take_event(kept.seq, kept.body, taken)) break;
  }
  take_transients_before(next_seq_, taken);
  return std::nullopt;
}

bool Follower::take_from_database(const Gap& gap, Taken& taken) {
  const std::size_t left = taken.max_bytes > taken.bytes ? taken.max_bytes - taken.bytes : 1;
  auto events = read_(gap.first, gap.last, left);
  const std::lock_guard lock(topic_->mutex_);
  if (!events) {
    failed_ = true;
    log::warning("events", "A follower could not read the log: " + events.error().message);
    return false;
  }
  // Nothing where something must be: the conversation was deleted meanwhile.
  if (events->empty()) next_seq_ = gap.last + 1;
  for (const auto& event : *events)
    if (!take_event(event.seq, event.body, taken)) break;
  return true;
}

std::vector<Delivery> Follower::take(std::size_t max_bytes) {
  Taken taken{.frames = {}, .bytes = 0, .max_bytes = max_bytes};
  for (;;) {
    std::optional<Gap> gap;
    {
      const std::lock_guard lock(topic_->mutex_);
      if (failed_) return {};
      gap = take_from_memory(taken);
      if (!gap || taken.full()) {
        sleeping_ = !gap && next_seq_ > topic_->last_seq_ && transients_.empty();
        return std::move(taken.frames);
      }
    }
    if (!take_from_database(*gap, taken)) return std::move(taken.frames);
  }
}

}  // namespace collet::events
