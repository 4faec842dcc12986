#include "storage/log_rows.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <set>

#include "storage/tenant.hpp"

namespace collet::storage::log_rows {

namespace {

struct LogState {
  std::int64_t next_position = 1;
  std::int64_t bytes = 0;
};

LogState state_of(Session& session, const std::string& log) {
  std::optional<LogState> found;
  session.query<std::int64_t, std::int64_t>(
      "SELECT next_position, bytes FROM logs WHERE tenant = :tenant AND name = :log", {kTenant, log},
      [&](std::int64_t next, std::int64_t bytes) {
        found = LogState{next, bytes};
      });
  if (!found) throw StorageError(invalid("storage: no log '" + log + "' was declared"));
  return *found;
}

void save(Session& session, const std::string& log, const LogState& state) {
  session.execute(
      "UPDATE logs SET next_position = :next, bytes = :bytes WHERE tenant = :tenant AND name = :log",
      {state.next_position, state.bytes, kTenant, log});
}

std::set<std::string> indexes_of(Session& session, const std::string& log) {
  std::set<std::string> names;
  session.query<std::string>("SELECT name FROM log_indexes WHERE tenant = :tenant AND log = :log",
                             {kTenant, log}, [&](std::string& name) { names.insert(std::move(name)); });
  return names;
}

void require_declared(Session& session, const std::string& log, const PluginStore::IndexValues& values) {
  if (values.empty()) return;
  const auto declared = indexes_of(session, log);
  for (const auto& [name, value] : values)
    if (!declared.contains(name))
      throw StorageError(invalid("storage: log '" + log + "' has no index '" + name + "'"));
}

void remove(Session& session, const std::string& log, std::int64_t position) {
  session.execute("DELETE FROM records WHERE tenant = :tenant AND log = :log AND position = :position",
                  {kTenant, log, position});
  session.execute("DELETE FROM record_values WHERE tenant = :tenant AND log = :log AND position = :position",
                  {kTenant, log, position});
}

/// Removes the oldest records while the log holds more than `max_bytes`.
void remove_oldest(Session& session, const std::string& log, LogState& state, std::int64_t max_bytes) {
  while (state.bytes > max_bytes) {
    std::optional<std::int64_t> oldest;
    std::int64_t bytes = 0;
    session.query<std::int64_t, std::int64_t>(
        "SELECT position, bytes FROM records WHERE tenant = :tenant AND log = :log ORDER BY position LIMIT 1",
        {kTenant, log}, [&](std::int64_t at, std::int64_t size) { oldest = at, bytes = size; });
    if (!oldest) return;
    remove(session, log, *oldest);
    state.bytes -= bytes;
  }
}

/// The first position at or behind `from` (in reading order) whose record has this index value.
std::optional<std::int64_t> seek(Session& session, const std::string& log, const std::string& name,
                                 const std::string& value, std::int64_t from, bool descending) {
  std::optional<std::int64_t> found;
  const std::string_view sql =
      descending
          ? "SELECT position FROM record_values WHERE tenant = :tenant AND log = :log AND name = :name "
            "AND value = :value AND position <= :from ORDER BY position DESC LIMIT 1"
          : "SELECT position FROM record_values WHERE tenant = :tenant AND log = :log AND name = :name "
            "AND value = :value AND position >= :from ORDER BY position LIMIT 1";
  session.query<std::int64_t>(sql, {kTenant, log, name, value, from}, [&](std::int64_t at) { found = at; });
  return found;
}

/// The first position at or behind `from` that has all the values: each index in turn jumps to where the
/// other got.
std::optional<std::int64_t> seek_all(Session& session, const std::string& log,
                                     const PluginStore::Query& query, std::int64_t from) {
  for (std::size_t agreed = 0; agreed < query.equals.size();) {
    agreed = 0;
    for (const auto& [name, value] : query.equals) {
      const auto found = seek(session, log, name, value, from, query.descending);
      if (!found) return std::nullopt;
      if (*found == from) ++agreed;
      from = *found;
    }
  }
  return from;
}

std::vector<PluginStore::Record> read_indexed(Session& session, const std::string& log,
                                              const PluginStore::Query& query, std::int64_t from) {
  std::vector<PluginStore::Record> records;
  const std::int64_t step = query.descending ? -1 : 1;
  while (records.size() < static_cast<std::size_t>(query.limit)) {
    const auto position = seek_all(session, log, query, from);
    if (!position) break;
    session.query<std::string>(
        "SELECT body FROM records WHERE tenant = :tenant AND log = :log AND position = :position",
        {kTenant, log, *position}, [&](std::string& body) {
          records.push_back({*position, std::move(body)});
        });
    from = *position + step;
  }
  return records;
}

bool is_only_log(Session& session) {
  std::int64_t logs = 0;
  session.query<std::int64_t>("SELECT COUNT(*) FROM logs", {}, [&](std::int64_t count) { logs = count; });
  return logs == 1;
}

}  // namespace

void declare(Session& session, const std::string& log, const std::vector<std::string>& indexes) {
  session.execute(
      "INSERT INTO logs (tenant, name, next_position, bytes) VALUES (:tenant, :log, 1, 0) "
      "ON CONFLICT (tenant, name) DO NOTHING",
      {kTenant, log});
  for (const auto& name : indexes)
    session.execute(
        "INSERT INTO log_indexes (tenant, log, name) VALUES (:tenant, :log, :name) "
        "ON CONFLICT (tenant, log, name) DO NOTHING",
        {kTenant, log, name});
}

std::int64_t append(Session& session, const std::string& log, const std::string& text,
                    const PluginStore::IndexValues& values, std::int64_t max_bytes) {
  auto state = state_of(session, log);
  require_declared(session, log, values);
  const std::int64_t position = state.next_position++;
  auto bytes = static_cast<std::int64_t>(text.size());
  for (const auto& [name, value] : values) bytes += static_cast<std::int64_t>(name.size() + value.size());
  session.execute(
      "INSERT INTO records (tenant, log, position, bytes, body) VALUES (:tenant, :log, :position, :bytes, "
      ":body)",
      {kTenant, log, position, bytes, text});
  for (const auto& [name, value] : values)
    session.execute(
        "INSERT INTO record_values (tenant, log, name, value, position) "
        "VALUES (:tenant, :log, :name, :value, :position)",
        {kTenant, log, name, value, position});
  state.bytes += bytes;
  if (state.bytes > max_bytes) remove_oldest(session, log, state, max_bytes);
  save(session, log, state);
  return position;
}

std::vector<PluginStore::Record> read(Session& session, const std::string& log,
                                      const PluginStore::Query& query) {
  state_of(session, log);
  require_declared(session, log, query.equals);
  std::vector<PluginStore::Record> records;
  if (query.limit <= 0) return records;
  const std::int64_t from =
      query.from_position > 0 ? query.from_position : (query.descending ? INT64_MAX : std::int64_t{1});
  if (!query.equals.empty()) return read_indexed(session, log, query, from);
  const std::string_view sql =
      query.descending ? "SELECT position, body FROM records WHERE tenant = :tenant AND log = :log "
                         "AND position <= :from ORDER BY position DESC LIMIT :limit"
                       : "SELECT position, body FROM records WHERE tenant = :tenant AND log = :log "
                         "AND position >= :from ORDER BY position LIMIT :limit";
  session.query<std::int64_t, std::string>(sql, {kTenant, log, from, std::int64_t{query.limit}},
                                           [&](std::int64_t position, std::string& body) {
                                             records.push_back({position, std::move(body)});
                                           });
  return records;
}

std::int64_t erase_before(Session& session, const std::string& log, std::int64_t position) {
  auto state = state_of(session, log);
  std::int64_t removed = 0, bytes = 0;
  session.query<std::int64_t, std::int64_t>(
      "SELECT COUNT(*), COALESCE(SUM(bytes), 0) FROM records WHERE tenant = :tenant AND log = :log "
      "AND position < :position",
      {kTenant, log, position}, [&](std::int64_t count, std::int64_t sum) { removed = count, bytes = sum; });
  const bool everything = position == INT64_MAX && is_only_log(session);
  for (const std::string_view table : {"records", "record_values"}) {
    const std::string sql = "DELETE FROM " + std::string(table);
    if (everything)  // the table is emptied as a whole, ten times as fast
      session.execute(sql);
    else
      session.execute(sql + " WHERE tenant = :tenant AND log = :log AND position < :position",
                      {kTenant, log, position});
  }
  state.bytes -= bytes;
  save(session, log, state);
  return removed;
}

}  // namespace collet::storage::log_rows
