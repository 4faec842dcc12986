// Inside this folder only: the rows of a batch, and the transaction around them, as PostgreSQL gets them: one
// statement for many rows, and all of it in one pipeline.
#pragma once
#include <span>

#include "storage/pending_writes.hpp"
#include "storage/postgresql_pipeline.hpp"

namespace collet::storage::postgresql_batch {

extern const PipelineStatement kBegin;
/// Sets the transaction's number in the writer's row: $1 id, $2 number, $3 time, $4 fence. Refused: the fence
/// is another one by now, so this connection was given up.
extern const PipelineStatement kMark;
extern const PipelineStatement kInsertEvents;
/// Refused: one of the rows was not its claim's.
extern const PipelineStatement kSaveRows;
extern const PipelineStatement kNotify;  ///< $1 channel, $2 payload
extern const PipelineStatement kCommit;

/// Prepares those that have a name, but for the first `done`; counts them there. Throws StorageError.
void prepare_all(PGconn* connection, std::size_t& done);

std::vector<PipelineParam> params_of(std::span<const PendingWrites::Event> events);
std::vector<PipelineParam> params_of(std::span<const ConversationRow> claimed_rows);

}  // namespace collet::storage::postgresql_batch
