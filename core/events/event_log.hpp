// The log of all conversations: append (commit first, publish after), search, and follow.
//
// Every method may be called from any thread. Callbacks run on the storage writer's thread (append) or on the
// thread that publishes (follow's wake): they must not block and must not call back into the log
// synchronously, except Subscription::take.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "events/event.hpp"
#include "storage/conversation_row.hpp"

namespace collet::storage {
class Database;
}

namespace collet::events {

/// What search and count look for; empty members match everything.
struct Query {
  std::string kind = {};  ///< short name ("ActionEvent") or the reference's full type path
  std::string source = {};
  std::string body = {};  ///< text that a message event contains, any case
  std::optional<Micros> timestamp_gte = {};
  std::optional<Micros> timestamp_lt = {};
  bool descending = false;
  std::string page_id = {};  ///< id of the first event of the page; unknown ids mean the first page
  int limit = 100;
};

struct Page {
  std::vector<Event> items;
  std::string next_page_id;  ///< empty: no more
};

/// What a reader gets: a stored event, or a transient frame.
struct Delivery {
  std::int64_t seq = 0;  ///< 0: transient
  Frame frame;
};

/// A reader of one conversation that first reads the log and then follows it, through one code path. Frames
/// come in log order, each event once; a transient frame comes after everything committed before it was sent.
/// Methods: any thread, but take() by one at a time.
class Subscription {
 public:
  virtual ~Subscription() = default;
  /// The next frames, at least one when any is ready, about `max_bytes` in all. Reads the database when the
  /// reader is behind what is kept in memory. Empty: nothing now, `wake` will be called when there is.
  virtual std::vector<Delivery> take(std::size_t max_bytes) = 0;
  /// The log could not be read (the database is gone or overloaded): nothing more comes. Close the reader,
  /// who may come back.
  virtual bool failed() const = 0;
};

class EventLog {
 public:
  struct Limits {
    std::size_t subscribers_per_conversation = 49;
    std::size_t tail_events = 256;  ///< kept in memory per followed conversation
    std::size_t tail_bytes = 1 << 20;
    std::size_t transient_bytes =
        1 << 20;  ///< per subscription; beyond it the oldest transient frames are dropped
  };

  explicit EventLog(storage::Database& database);
  EventLog(storage::Database& database, Limits limits);
  ~EventLog();

  /// Appends in order, in one transaction with the conversation's row, then publishes, then calls `done`
  /// (committed events, or why nothing was stored). Concurrent appends to one conversation are stored in some
  /// order, each whole. The row's updated_at is set to the last event's time. Without drafts only the row is
  /// stored. A row whose claim does not fit any more: storage::claim_lost(), nothing is stored.
  using Appended = std::function<void(Result<std::vector<Event>>)>;
  void append(const std::string& conversation, std::vector<Draft> drafts,
              std::optional<storage::ConversationRow> row, Appended done);

  /// Sends a frame to the present subscribers of a conversation; never stored.
  void broadcast(const std::string& conversation, Frame frame);

  Result<Page> search(const std::string& conversation, const Query& query) const;
  Result<std::int64_t> count(const std::string& conversation, const Query& query) const;
  /// The event with this id in this conversation; kNotFound.
  Result<Event> get(const std::string& conversation, const std::string& event_id) const;
  /// Events with seq > after_seq in order, at most `limit`.
  Result<std::vector<Event>> read(const std::string& conversation, std::int64_t after_seq, int limit) const;
  /// The newest seq; 0 when there is no event.
  Result<std::int64_t> last_seq(const std::string& conversation) const;
  /// The seq of the last event whose timestamp is before `at` (0: none): where a resend "since" begins.
  Result<std::int64_t> seq_before(const std::string& conversation, Micros at) const;

  /// Begins at after_seq (nothing: only what comes from now on). `first`, where given, is delivered before
  /// all else. Call take() at once, then after each `wake`, until it gives nothing. `wake` may come once more
  /// without anything new, and may still be running when the subscription was dropped, so let it hold its
  /// target weakly. It is never called while take() runs in the same thread. Drop the subscription to stop,
  /// and before the database goes. kUnavailable: too many subscribers.
  Result<std::shared_ptr<Subscription>> follow(const std::string& conversation,
                                               std::optional<std::int64_t> after_seq, Frame first,
                                               std::function<void()> wake);

  /// Another server has appended up to this seq: wakes those who follow the conversation here.
  void reached(const std::string& conversation, std::int64_t seq);
  /// Reads how far each followed conversation's log goes, for what nobody has told us. Blocks.
  void look_again();

  /// Forgets what is kept in memory of a deleted conversation.
  void forget(const std::string& conversation);

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;  // shared with appends under way and with subscriptions
};

}  // namespace collet::events
