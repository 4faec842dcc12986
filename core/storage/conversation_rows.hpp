// The SQL of conversation rows, for jobs that write a row together with something else.
#pragma once
#include <string>

#include "storage/conversation_row.hpp"
#include "storage/session.hpp"

namespace collet::storage::conversation_rows {

/// Throws StorageError with claim_lost() unless the stored row is the claim's.
void check(Session& session, const std::string& id, const Claim& claim);
bool exists(Session& session, const std::string& id);
/// Inserts or replaces; created_at and the claim stay as first given, and are not checked here.
void save(Session& session, const ConversationRow& row);
/// Replaces the row if it is its claim's, at the end of the transaction's jobs: together with others, so it
/// may be then that StorageError with claim_lost() is thrown if it is not.
void save_claimed_later(Session& session, ConversationRow row);
/// Saves what waits; see pending_writes.hpp.
void save_pending(Session& session);
/// As ConversationRow::model_calls is read.
std::string model_calls(Session& session, const std::string& id);
/// Removes the row and its model calls.
void remove(Session& session, const std::string& id);
/// Moves updated_at on; nothing happens without such a row.
void touch(Session& session, const std::string& id, Micros updated_at);

}  // namespace collet::storage::conversation_rows
