// The rows of events. Writing functions run inside a job of the database's writer; reading ones on any
// session.
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.hpp"
#include "storage/claim.hpp"
#include "storage/session.hpp"

namespace collet::storage {

struct EventRow {
  std::int64_t seq = 0;
  std::string id;
  std::string kind;
  std::string source;
  Micros timestamp = 0;
  std::string body;
};

/// Where a conversation's log ends.
struct LogEnd {
  std::int64_t seq = 0;  ///< 0: no event
  Micros timestamp = 0;
};

/// Which events of one conversation: seq in [first, last], of a kind and source (empty: any).
struct EventRange {
  std::int64_t first = 1;
  std::int64_t last = INT64_MAX;
  std::string_view kind = {};
  std::string_view source = {};
  bool descending = false;
};

namespace event_store {

/// `claim`: of the conversation, where this server holds one that the transaction checks. The writer then
/// knows ends that it has stored itself.
LogEnd end_of(Session& session, const std::string& conversation, const std::optional<Claim>& claim = {});
void insert(Session& session, const std::string& conversation, const EventRow& row);
/// The same, and under the same claim as end_of, at the end of the transaction's jobs: together with others,
/// so an error may show then.
void insert_later(Session& session, const std::string& conversation, EventRow row,
                  const std::optional<Claim>& claim = {});
/// Inserts what waits; see pending_writes.hpp.
void insert_pending(Session& session);
void remove_all(Session& session, const std::string& conversation);

/// Visits in order of seq until `visit` returns false or `limit` rows were visited.
void visit(Session& session, const std::string& conversation, const EventRange& range, std::int64_t limit,
           const std::function<bool(EventRow&)>& visit);
std::int64_t count(Session& session, const std::string& conversation, const EventRange& range);
std::optional<EventRow> get(Session& session, const std::string& conversation, const std::string& id);
std::optional<std::int64_t> seq_of(Session& session, const std::string& conversation, const std::string& id);
/// The last seq with a timestamp before `at`; 0: none.
std::int64_t seq_before(Session& session, const std::string& conversation, Micros at);

}  // namespace event_store

}  // namespace collet::storage
