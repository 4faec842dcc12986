// Inside this folder only: statements that are sent to PostgreSQL without waiting for their answers, so that
// many cost one round trip, and the server works while we make the next.
#pragma once
#include <libpq-fe.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "storage/postgresql_array.hpp"
#include "storage/session.hpp"

namespace collet::storage {

/// A statement of a fixed set, which outlives all pipelines.
struct PipelineStatement {
  std::string_view name;  ///< it is prepared under this name; empty: it is parsed each time
  const char* sql;
  StorageError (*refused)() = nullptr;  ///< what it means when it divides by zero
  std::string_view tag = {};  ///< what the server has to call it once it is done, where that matters
};

struct PipelineParam {
  PipelineParam(std::string_view text) : bytes(text) {}                                // NOLINT: as in Param
  PipelineParam(std::int64_t integer) : bytes(std::to_string(integer)) {}              // NOLINT
  PipelineParam(const PostgresqlArray& array) : bytes(array.bytes()), binary(true) {}  // NOLINT
  std::string bytes;
  bool binary = false;
};

/// A sent statement that has failed; those behind it have not run.
class PipelineFailure : public StorageError {
 public:
  PipelineFailure(const StorageError& failure, bool last)
      : StorageError(failure.error(), failure.cause()), last_(last) {}
  bool is_last() const { return last_; }  ///< whether it was the last one that was sent

 private:
  bool last_;
};

/// Of one connection, used by the thread that has it. Nobody else may use the connection while anything
/// waits.
class PostgresqlPipeline {
 public:
  /// Sends a statement, or keeps it until `push` or `collect`. Throws StorageError.
  void send(PGconn* connection, const PipelineStatement& statement, const std::vector<PipelineParam>& params);
  /// Makes sure that the server has what was sent, and goes on meanwhile.
  void push(PGconn* connection);
  /// Waits for the answers to all that was sent. Throws PipelineFailure, of the first one that failed.
  void collect(PGconn* connection);

 private:
  std::vector<const PipelineStatement*> sent_;
};

/// Prepares a statement for `send`, and waits. Throws StorageError.
void prepare(PGconn* connection, const PipelineStatement& statement);

}  // namespace collet::storage
