// Brings the stored bash events to the sockets that follow them: old ones first where that was asked for,
// then each new one.
#pragma once
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <string>

#include "collet/socket.hpp"
#include "commands/event_history.hpp"
#include "system/serial_worker.hpp"

namespace collet::bash {

/// The history is the queue: of a reader that is behind only its position is kept, and it reads on when there
/// is room. One that is not behind shares each new event with all others. Methods: any thread; none blocks.
class EventFeed {
 public:
  struct Limits {
    std::size_t readers = 50;
    std::size_t own_texts = 16;  ///< waiting for one reader, beside events
  };

  /// `history` must outlive this. `failed` is told what could not be read.
  EventFeed(Sessions sessions, EventHistory& history, Limits limits,
            std::function<void(const std::string&)> failed);
  ~EventFeed();
  EventFeed(const EventFeed&) = delete;
  EventFeed& operator=(const EventFeed&) = delete;

  /// Begins with the oldest event, or with the next one. Closes the session (1013) when there are too many.
  void add(SessionId session, bool from_beginning);
  void remove(SessionId session);
  /// The session has room again.
  void drained(SessionId session);
  /// A text for one reader alone. Closes the session (1013) when too many wait.
  void tell(SessionId session, std::string text);

 private:
  struct Reader {
    std::int64_t next = 1;  // position of the next event for it
    bool live = false;      // has had all events before `next`, and gets the next one when it is appended
    bool queued = false;    // with the pump
    std::deque<std::string> own;
  };

  void published(std::int64_t position, const std::string& text);
  void wake(SessionId session, Reader& reader);
  void pump(SessionId session);
  bool flush(SessionId session, Reader& reader);
  void take(SessionId session, Reader& reader, const std::vector<RecordLog::Record>& records,
            std::int64_t known);

  const Sessions sessions_;
  EventHistory& history_;
  const Limits limits_;
  std::mutex mutex_;  // guards what follows
  std::map<SessionId, Reader> readers_;
  std::int64_t last_ = 0;  // position of the newest event that was published
  SerialWorker worker_;    // last: it uses the others
};

}  // namespace collet::bash
