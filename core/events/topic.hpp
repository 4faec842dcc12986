// One followed conversation: its newest events in memory, and those who follow it. Exists while somebody
// does.
#pragma once
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "events/event.hpp"
#include "events/event_log.hpp"

namespace collet::events {

class Follower;

/// Any thread. Callers must have committed what they publish, in order of seq.
class Topic {
 public:
  explicit Topic(const EventLog::Limits& limits) : limits_(limits) {}

  /// False: too many follow already.
  bool add(const std::shared_ptr<Follower>& follower);
  /// Whether nobody follows any more.
  bool remove(const Follower* follower);
  /// The log is known to reach this seq, from reading the database. The newest seq known.
  std::int64_t reached(std::int64_t seq);

  /// The same, and wakes those who wait for it.
  void advance(std::int64_t seq);

  void publish(const std::vector<Event>& events);
  void broadcast(const Frame& frame);

 private:
  friend class Follower;
  struct Kept {
    std::int64_t seq = 0;
    Frame body;
  };

  void keep(const Event& event);
  using Followers = std::vector<std::shared_ptr<Follower>>;
  /// With the lock held. Let the result go only without it: a follower that loses its last owner leaves the
  /// topic.
  Followers present() const;
  /// Calls `change` with the lock held, then wakes those who slept, without it.
  void change_and_wake(const std::function<void(const Followers&)>& change);

  const EventLog::Limits limits_;
  std::mutex mutex_;       // guards all below, and the followers' own state
  std::deque<Kept> tail_;  // consecutive, up to the newest published
  std::size_t tail_bytes_ = 0;
  std::int64_t last_seq_ = 0;  // the newest event known to be committed; followers may read up to it
  std::vector<std::weak_ptr<Follower>> followers_;
  std::vector<const Follower*> follower_ids_;  // same order: a dying follower can't be locked any more
};

/// One reader's place in a topic.
class Follower final : public Subscription {
 public:
  using Read =
      std::function<Result<std::vector<Event>>(std::int64_t first, std::int64_t last, std::size_t bytes)>;

  Follower(std::shared_ptr<Topic> topic, Frame first, std::function<void()> wake, Read read,
           std::function<void(const Follower*)> gone);
  ~Follower() override;
  Follower(const Follower&) = delete;
  Follower& operator=(const Follower&) = delete;

  /// Sets where to begin; before the first take().
  void start_at(std::int64_t seq);

  std::vector<Delivery> take(std::size_t max_bytes) override;
  bool failed() const override;

  void wake() const {
    if (wake_) wake_();
  }
  /// Adds a transient frame behind the event `after_seq`. Call with the topic's lock held.
  void add_transient(std::int64_t after_seq, const Frame& frame, std::size_t max_bytes);

 private:
  friend class Topic;
  struct Transient {
    std::int64_t after_seq = 0;
    Frame frame;
  };
  /// What take() has gathered.
  struct Taken {
    std::vector<Delivery> frames;
    std::size_t bytes = 0;
    std::size_t max_bytes = 0;
    bool full() const { return !frames.empty() && bytes >= max_bytes; }
    void add(std::int64_t seq, Frame frame) {
      bytes += frame->size();
      frames.push_back({seq, std::move(frame)});
    }
  };
  struct Gap {
    std::int64_t first = 0;
    std::int64_t last = 0;
  };

  // With the topic's lock held:
  void take_transients_before(std::int64_t seq, Taken& taken);
  bool take_event(std::int64_t seq, const Frame& body, Taken& taken);
  /// Takes what is in memory; what has to be read from the database, if anything is next.
  std::optional<Gap> take_from_memory(Taken& taken);

  bool take_from_database(const Gap& gap, Taken& taken);

  const std::shared_ptr<Topic> topic_;
  const std::function<void()> wake_;
  const Read read_;
  const std::function<void(const Follower*)> gone_;

  // Guarded by the topic's mutex:
  Frame first_;
  std::int64_t next_seq_ = 1;
  std::deque<Transient> transients_;
  std::size_t transient_bytes_ = 0;
  bool sleeping_ = true;
  bool failed_ = false;
};

}  // namespace collet::events
