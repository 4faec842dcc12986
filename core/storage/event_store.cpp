#include "storage/event_store.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "storage/pending_writes.hpp"
#include "storage/soci_session.hpp"
#include "storage/tenant.hpp"

namespace collet::storage::event_store {

namespace {

constexpr std::string_view kColumns = "seq, id, kind, source, timestamp, body";
// Of a visit: rows of the first piece and of the largest one, bytes of one between them.
constexpr std::int64_t kFirstPiece = 4;
constexpr std::int64_t kLargestPiece = 1024;
constexpr std::int64_t kPieceBytes = 512 << 10;

const std::string& insert_sql(std::size_t rows) {
  static const auto texts = [] {
    std::map<std::size_t, std::string> made;
    for (const auto count : kRowsAtOnce) {
      std::string sql =
          "INSERT INTO events (tenant, conversation_id, seq, id, kind, source, timestamp, body) VALUES ";
      for (std::size_t i = 0; i < count; ++i) {
        const auto n = std::to_string(i);
        sql += (i == 0 ? "(:tenant" : ", (:tenant") + n;
        for (const auto* name : {"conversation", "seq", "id", "kind", "source", "timestamp", "body"})
          sql += std::string(", :") + name + n;
        sql += ")";
      }
      made.emplace(count, std::move(sql));
    }
    return made;
  }();
  return texts.at(rows);
}

// The texts of one query for each way to filter and order: statements are kept by their text.
std::string sql_for(std::string_view columns, const EventRange& range) {
  std::string sql = "SELECT ";
  sql += columns;
  sql += " FROM events WHERE tenant = :tenant AND conversation_id = :conversation";
  if (!range.kind.empty()) sql += " AND kind = :kind";
  if (!range.source.empty()) sql += " AND source = :source";
  sql += " AND seq >= :first AND seq <= :last";
  return sql;
}

std::vector<Param> params_for(const std::string& conversation, const EventRange& range) {
  std::vector<Param> params = {kTenant, conversation};
  if (!range.kind.empty()) params.emplace_back(range.kind);
  if (!range.source.empty()) params.emplace_back(range.source);
  params.emplace_back(range.first);
  params.emplace_back(range.last);
  return params;
}

}  // namespace

LogEnd end_of(Session& session, const std::string& conversation, const std::optional<Claim>& claim) {
  if (const auto known = session.pending_writes().ends.find(conversation, claim)) return *known;
  LogEnd end;
  session.query<std::int64_t, std::int64_t>(
      "SELECT seq, timestamp FROM events WHERE tenant = :tenant AND conversation_id = :conversation "
      "ORDER BY seq DESC LIMIT 1",
      {kTenant, conversation}, [&](std::int64_t seq, std::int64_t timestamp) {
        end = {seq, timestamp};
      });
  return end;
}

void insert(Session& session, const std::string& conversation, const EventRow& row) {
  session.pending_writes().ends.forget(conversation);
  session.execute(insert_sql(1),
                  {kTenant, conversation, row.seq, row.id, row.kind, row.source, row.timestamp, row.body});
}

void insert_later(Session& session, const std::string& conversation, EventRow row,
                  const std::optional<Claim>& claim) {
  const LogEnd end{row.seq, row.timestamp};
  auto& pending = session.pending_writes();
  if (row.body.size() > kLargeBody) {
    insert_pending(session);
    insert(session, conversation, row);
  } else {
    pending.events.push_back({conversation, std::move(row)});
    if (pending.events.size() >= kRowsAtOnce[0]) insert_pending(session);
  }
  pending.ends.set(conversation, end, claim);
}

void insert_pending(Session& session) {
  const auto events = std::exchange(session.pending_writes().events, {});
  if (events.empty() || session.impl().send(events)) return;
  std::size_t done = 0;
  for (const std::size_t count : kRowsAtOnce) {
    for (; events.size() - done >= count; done += count) {
      std::vector<Param> params;
      for (std::size_t i = done; i < done + count; ++i) {
        const auto& [conversation, row] = events[i];
        params.insert(params.end(), {kTenant, conversation, row.seq, row.id, row.kind, row.source,
                                     row.timestamp, row.body});
      }
      session.execute(insert_sql(count), params);
    }
  }
}

void remove_all(Session& session, const std::string& conversation) {
  storage::flush(session);
  session.pending_writes().ends.forget(conversation);
  session.execute("DELETE FROM events WHERE tenant = :tenant AND conversation_id = :conversation",
                  {kTenant, conversation});
}

// In pieces, since PostgreSQL hands over all rows of a statement before the first one is seen: events may be
// large, and who asks for many often stops early.
void visit(Session& session, const std::string& conversation, const EventRange& range, std::int64_t limit,
           const std::function<bool(EventRow&)>& visit) {
  EventRange left = range;
  const std::string sql = sql_for(kColumns, range) + (range.descending ? " ORDER BY seq DESC LIMIT :limit"
                                                                       : " ORDER BY seq LIMIT :limit");
  std::int64_t rows = 0;
  std::int64_t bytes = 0;
  bool more = true;
  for (std::int64_t piece = kFirstPiece; more && rows < limit;
       piece =
           std::clamp(kPieceBytes * rows / std::max<std::int64_t>(bytes, 1), kFirstPiece, kLargestPiece)) {
    piece = std::min(piece, limit - rows);
    auto params = params_for(conversation, left);
    params.emplace_back(piece);
    std::int64_t found = 0;
    session.query<std::int64_t, std::string, std::string, std::string, std::int64_t, std::string>(
        sql, params,
        [&](std::int64_t seq, std::string& id, std::string& kind, std::string& source, std::int64_t timestamp,
            std::string& body) {
          ++found;
          bytes += static_cast<std::int64_t>(body.size());
          (left.descending ? left.last : left.first) = left.descending ? seq - 1 : seq + 1;
          EventRow row{seq, std::move(id), std::move(kind), std::move(source), timestamp, std::move(body)};
          more = visit(row);
          return more;
        });
    rows += found;
    more = more && found == piece;
  }
}

std::int64_t count(Session& session, const std::string& conversation, const EventRange& range) {
  std::int64_t count = 0;
  session.query<std::int64_t>(sql_for("COUNT(*)", range), params_for(conversation, range),
                              [&](std::int64_t found) { count = found; });
  return count;
}

std::optional<EventRow> get(Session& session, const std::string& conversation, const std::string& id) {
  const auto seq = seq_of(session, conversation, id);
  std::optional<EventRow> found;
  if (!seq) return found;
  visit(session, conversation, {.first = *seq, .last = *seq}, 1, [&](EventRow& row) {
    found = std::move(row);
    return true;
  });
  return found;
}

std::optional<std::int64_t> seq_of(Session& session, const std::string& conversation, const std::string& id) {
  std::optional<std::int64_t> found;
  session.query<std::int64_t>(
      "SELECT seq FROM events WHERE tenant = :tenant AND conversation_id = :conversation AND id = :id",
      {kTenant, conversation, id}, [&](std::int64_t seq) { found = seq; });
  return found;
}

// Timestamps grow with seq, and seq has no gaps: so it is looked for in steps, each half as long as the last
// one (rounded up), without an index. After each, `low` is less than one step away from what is wanted.
std::int64_t seq_before(Session& session, const std::string& conversation, Micros at) {
  std::int64_t found = 0;
  session.query<std::int64_t>(
      "WITH RECURSIVE steps(low, step) AS ("
      "SELECT CAST(0 AS BIGINT), 2 * COALESCE(MAX(seq), 0) FROM events "
      "WHERE tenant = :tenant AND conversation_id = :conversation "
      "UNION ALL SELECT CASE WHEN (SELECT timestamp FROM events "
      "WHERE tenant = :same_tenant AND conversation_id = :same_conversation AND seq = low + (step + 1) / 2) "
      "< :at THEN low + (step + 1) / 2 ELSE low END, (step + 1) / 2 FROM steps WHERE step > 1) "
      "SELECT MAX(low) FROM steps",
      {kTenant, conversation, kTenant, conversation, at}, [&](std::int64_t seq) { found = seq; });
  return found;
}

}  // namespace collet::storage::event_store
