// The conversations that are loaded, each once. Where several servers share the database, those are this
// server's own; it takes them from the database, and gives up what another one has taken.
#pragma once
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/worker_pool.hpp"
#include "conversation/live_conversation.hpp"
#include "conversation/ownership_watch.hpp"
#include "conversation/stored_conversation.hpp"
#include "storage/claims.hpp"
#include "storage/conversation_store.hpp"

namespace collet::conversation {

/// Any thread but a conversation's own, unless it says so; "blocks": on the database, or on a conversation.
class HeldConversations {
 public:
  using Live = std::shared_ptr<LiveConversation>;
  using Remove = std::function<Result<void>(const std::string& id)>;

  /// Both outlive it.
  HeldConversations(Surroundings& around, storage::ConversationStore& store)
      : around_(around), store_(store) {}

  /// Shares the database with other servers from now on, and adopts what servers that are gone have left;
  /// `remove` ends what they were deleting. Before all else. Blocks.
  Result<void> share(storage::Database& database, const storage::Claims::Options& options, Remove remove);
  /// Takes no more from the database, and nothing new (except by take(), where no other server is).
  void stop_taking();
  /// Ends the heartbeat, after which others may take what is held. The conversations' threads have ended.
  void stop_sharing() { claims_.reset(); }

  /// To look at, or to command. Blocks.
  Result<std::shared_ptr<Conversation>> find(const std::string& id);
  /// As this server's own. Blocks.
  Result<Live> take(const std::string& id);

  /// A new one's claim; nothing where no other server can be there.
  std::optional<storage::Claim> first_claim() const;
  /// Holds a new one; where there is one of its id already, returns that. kUnavailable: the server is
  /// stopping.
  Result<Live> add(const std::string& id, Live conversation);
  void erase(const std::string& id);
  /// As they are now.
  std::map<std::string, Live> all() const;
  std::size_t size() const;

  /// Another server owns it now. Any thread; doesn't block.
  void lost(const std::string& id);

 private:
  Live held(const std::string& id) const;
  Result<Live> load(const storage::ConversationRow& row, std::optional<storage::Claim> claim);
  void take_later(const std::string& id, StoredConversation::Taken taken);
  void give_up(const std::string& id);
  Result<void> adopt(const std::string& id);
  std::vector<std::pair<std::string, storage::Claim>> held_claims() const;

  // Commands for conversations that must be taken first, one after the other for each conversation.
  static constexpr std::size_t kTakers = 4;
  static constexpr std::size_t kTakerQueue = 256;

  Surroundings& around_;
  storage::ConversationStore& store_;
  Remove remove_;
  WorkerPool takers_{{.threads = kTakers, .queue_length = kTakerQueue, .per_owner = 1}};
  std::mutex taking_;  // held while one is taken, so that it is loaded once; before mutex_
  mutable std::mutex mutex_;
  std::map<std::string, Live> live_;         // guarded by mutex_
  bool stopping_ = false;                    // guarded by mutex_
  std::unique_ptr<storage::Claims> claims_;  // null: no other server can be there
  std::unique_ptr<OwnershipWatch> watch_;    // guarded by mutex_
};

}  // namespace collet::conversation
