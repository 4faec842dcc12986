#include "storage/postgresql_pipeline.hpp"

#include <memory>
#include <utility>

#include "storage/postgresql_failure.hpp"

namespace collet::storage {
namespace {

using Answer = std::unique_ptr<PGresult, decltype(&PQclear)>;

constexpr std::string_view kDivisionByZero = "22012";

Answer next_answer(PGconn* connection) { return {PQgetResult(connection), &PQclear}; }

StorageError lost() { return postgresql_failure("08000"); }

StorageError failure_of(PGconn* connection, const PGresult* answer) {
  if (PQstatus(connection) != CONNECTION_OK) return lost();
  const char* state = PQresultErrorField(answer, PG_DIAG_SQLSTATE);
  return postgresql_failure(state != nullptr ? state : "");
}

// Why this statement has failed, if it has.
std::optional<StorageError> failure_of(PGconn* connection, PGresult* answer,
                                       const PipelineStatement& statement) {
  switch (PQresultStatus(answer)) {
    case PGRES_COMMAND_OK:
    case PGRES_TUPLES_OK:
      if (statement.tag.empty() || statement.tag == PQcmdStatus(answer)) return std::nullopt;
      return StorageError(internal("storage: the transaction has ended early"));
    default: {
      const char* state = PQresultErrorField(answer, PG_DIAG_SQLSTATE);
      if (statement.refused != nullptr && state != nullptr && state == kDivisionByZero)
        return statement.refused();
      return failure_of(connection, answer);
    }
  }
}

}  // namespace

void PostgresqlPipeline::send(PGconn* connection, const PipelineStatement& statement,
                              const std::vector<PipelineParam>& params) {
  std::vector<const char*> values;
  std::vector<int> lengths;
  std::vector<int> formats;
  for (const auto& param : params) {
    values.push_back(param.bytes.c_str());
    lengths.push_back(static_cast<int>(param.bytes.size()));
    formats.push_back(param.binary ? 1 : 0);
  }
  const int count = static_cast<int>(params.size());
  if (sent_.empty() && PQenterPipelineMode(connection) != 1) throw lost();
  sent_.push_back(&statement);
  const int sent = !statement.name.empty()
                       ? PQsendQueryPrepared(connection, statement.name.data(), count, values.data(),
                                             lengths.data(), formats.data(), 0)
                       : PQsendQueryParams(connection, statement.sql, count, nullptr, values.data(),
                                           lengths.data(), formats.data(), 0);
  if (sent == 1) return;
  sent_.pop_back();
  throw lost();
}

void PostgresqlPipeline::push(PGconn* connection) {
  if (PQflush(connection) < 0) throw lost();
}

void PostgresqlPipeline::collect(PGconn* connection) {
  const auto sent = std::exchange(sent_, {});
  if (sent.empty()) return;
  if (PQpipelineSync(connection) != 1) throw PipelineFailure(lost(), false);
  std::optional<PipelineFailure> first;
  for (const auto* statement : sent) {
    const auto answer = next_answer(connection);
    if (!answer) throw PipelineFailure(lost(), false);
    if (!first && PQresultStatus(answer.get()) != PGRES_PIPELINE_ABORTED)
      if (const auto failed = failure_of(connection, answer.get(), *statement))
        first.emplace(*failed, statement == sent.back());
    if (PQstatus(connection) != CONNECTION_OK) throw PipelineFailure(lost(), false);
    while (next_answer(connection)) {  // the end of this statement's
    }
  }
  const auto end = next_answer(connection);
  if (!end || PQresultStatus(end.get()) != PGRES_PIPELINE_SYNC || PQexitPipelineMode(connection) != 1)
    throw PipelineFailure(lost(), false);
  if (first) throw PipelineFailure(*first);
}

void prepare(PGconn* connection, const PipelineStatement& statement) {
  const Answer done(PQprepare(connection, statement.name.data(), statement.sql, 0, nullptr), &PQclear);
  if (PQresultStatus(done.get()) != PGRES_COMMAND_OK) throw failure_of(connection, done.get());
}

}  // namespace collet::storage
