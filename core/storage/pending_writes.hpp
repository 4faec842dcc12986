// Inside this folder only: what the writer's transaction has yet to send, and where the logs end that it
// writes. On PostgreSQL each statement is a round trip, and a batch holds the appends of many conversations;
// so their rows wait and go out together.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "storage/conversation_row.hpp"
#include "storage/event_store.hpp"

namespace collet::storage {

/// Ends of logs that the writer has stored itself. As long as this server holds a conversation's claim nobody
/// else appends to it, so its end is known without asking; without a claim it is known within one transaction
/// only. Used by the writer's thread; on a reader's session nothing is known.
class KnownEnds {
 public:
  /// Nothing: ask the database.
  std::optional<LogEnd> find(const std::string& conversation, const std::optional<Claim>& claim) const;
  void set(const std::string& conversation, LogEnd end, const std::optional<Claim>& claim);
  /// Its log or its owner changes in another way than by an append.
  void forget(const std::string& conversation) { ends_.erase(conversation); }
  /// What was set since the last start may not be stored.
  void forget_all() { ends_.clear(); }
  void start_transaction();

 private:
  struct Known {
    LogEnd end;
    std::optional<Claim> claim;
    std::uint64_t transaction = 0;
  };
  std::unordered_map<std::string, Known> ends_;
  std::uint64_t transaction_ = 0;
};

struct PendingWrites {
  struct Event {
    std::string conversation;
    EventRow row;
  };
  std::vector<Event> events = {};
  std::vector<ConversationRow> claimed_rows = {};  ///< one for each conversation: the newest
  KnownEnds ends = {};
};

/// Rows of one statement: few sizes, since statements are kept by their text.
inline constexpr std::size_t kRowsAtOnce[] = {32, 4, 1};
/// Statements keep the memory of what was bound to them, so larger texts go alone.
inline constexpr std::size_t kLargeBody = 64U << 10;

/// Sends all that waits. The writer calls it before each commit; so does what must come after it. Errors of
/// what others have left waiting show here.
void flush(Session& session);

}  // namespace collet::storage
