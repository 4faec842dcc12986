// The stored bash events: append, find, search. Any thread; all but append() blocks on the disk.
#pragma once
#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "commands/bash_event.hpp"
#include "commands/record_log.hpp"

namespace collet::bash {

struct EventSearch {
  std::optional<std::string> kind, command_id;
  std::optional<Micros> timestamp_gte, timestamp_lt;
  std::optional<std::int64_t> order_gt;
  bool newest_first = false;
  std::string page_id;  ///< of an earlier answer; an unknown one means the first page
  int limit = 100;
};

class EventHistory {
 public:
  /// Indexes that the log must have.
  static const std::vector<std::string>& indexes();

  explicit EventHistory(RecordLog& log);
  /// A moment for a new event: now, and later than all before. Their order in the store may differ from that
  /// of their moments, by as long as writing takes. Does not block.
  Micros stamp();
  /// Gets why the event is not stored; empty: it is. On the thread that stores; must not block.
  using Stored = std::function<void(const std::string& error)>;
  /// Stores events in the order of the calls.
  void append(const BashCommand& event, Stored stored = {});
  void append(const BashOutput& event, Stored stored = {});
  /// The event as JSON; `id` in either form.
  std::optional<std::string> find(std::string_view id) const;
  /// {"items":[…],"next_page_id":…}. Costs the same however many events there are: a page may be shorter than
  /// the limit, even empty, when its events are long or few of those looked at pass the filters.
  std::string search(const EventSearch& search) const;
  std::int64_t clear() { return log_.erase_all(); }
  /// Erases events that are older, at most about a thousand; how many.
  std::int64_t purge(Micros before);

  /// The events from this position on, oldest first.
  std::vector<RecordLog::Record> read(std::int64_t from_position, int limit) const {
    return log_.read({{}, from_position, false, limit});
  }
  /// Of the newest event; 0: there is none.
  std::int64_t last_position() const;
  /// `appended` is told of each event once it is stored, on the thread that stored it; an event may be told
  /// before an older one. Empty: nobody is.
  void on_append(std::function<void(std::int64_t position, const std::string& text)> appended);

 private:
  void store(std::string text, const RecordLog::Indexes& indexes, Stored stored);
  std::int64_t page_start(const std::string& page_id) const;
  std::int64_t first_since(Micros at) const;
  bool set_start(const EventSearch& search, RecordLog::Query& query) const;

  RecordLog& log_;
  std::atomic<Micros> last_stamp_;
  std::mutex mutex_;  // guards appended_
  std::function<void(std::int64_t, const std::string&)> appended_;
};

}  // namespace collet::bash
