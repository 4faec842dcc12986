#include "storage/conversation_store.hpp"

#include <algorithm>
#include <optional>

#include "base/id.hpp"
#include "storage/conversation_rows.hpp"
#include "storage/database.hpp"
#include "storage/event_store.hpp"
#include "storage/tenant.hpp"

namespace collet::storage {

namespace {

struct Place {
  std::string id;
  std::int64_t time = 0;
};

bool by_update(ConversationOrder order) {
  return order == ConversationOrder::kUpdated || order == ConversationOrder::kUpdatedDescending;
}
bool descending(ConversationOrder order) {
  return order == ConversationOrder::kCreatedDescending || order == ConversationOrder::kUpdatedDescending;
}

std::optional<ConversationRow> find(Session& session, const std::string& id) {
  std::optional<ConversationRow> found;
  session.query<std::string, std::int64_t, std::int64_t, std::string>(
      "SELECT status, created_at, updated_at, body FROM conversations WHERE tenant = :tenant AND id = :id",
      {kTenant, id}, [&](std::string& status, std::int64_t created, std::int64_t updated, std::string& body) {
        found = ConversationRow{id, std::move(status), created, updated, std::move(body)};
      });
  if (found) found->model_calls = conversation_rows::model_calls(session, id);
  return found;
}

constexpr std::int64_t kMinute = 60'000'000;  // as in the column updated_minute

/// The places of one page and of the first item behind it. Bodies are read afterwards. By update the index
/// orders minutes only, and the database what is within one.
std::vector<Place> places(Session& session, const ConversationQuery& query,
                          const std::optional<Place>& from) {
  const std::string time = by_update(query.order) ? "updated_at" : "created_at";
  const bool down = descending(query.order);
  const std::string compare = down ? " <= " : " >= ";
  const std::string direction = down ? " DESC" : "";
  std::string sql = "SELECT id, " + time + " FROM conversations WHERE tenant = :tenant";
  std::vector<Param> params = {kTenant};
  if (from && by_update(query.order)) {
    sql += " AND updated_minute" + compare + ":minute";
    params.emplace_back(from->time / kMinute);
  }
  if (from) {
    sql += " AND (" + time + ", id)" + compare + "(:time, :id)";
    params.insert(params.end(), {Param(from->time), Param(std::string_view(from->id))});
  }
  if (!query.status.empty()) {
    sql += " AND status = :status";
    params.emplace_back(query.status);
  }
  sql += " ORDER BY ";
  if (by_update(query.order)) sql += "updated_minute" + direction + ", ";
  sql += time + direction + ", id" + direction + " LIMIT :limit";
  params.emplace_back(std::int64_t{std::max(query.limit, 1)} + 1);
  std::vector<Place> found;
  session.query<std::string, std::int64_t>(sql, params, [&](std::string& id, std::int64_t at) {
    found.push_back({std::move(id), at});
  });
  return found;
}

std::optional<Place> place_of(Session& session, const ConversationQuery& query) {
  const auto id = parse_uuid(query.page_id);
  if (!id) return std::nullopt;
  const auto row = find(session, *id);
  if (!row) return std::nullopt;
  return Place{*id, by_update(query.order) ? row->updated_at : row->created_at};
}

}  // namespace

Result<void> ConversationStore::save(const ConversationRow& row) {
  return database_.write_and_wait(
      [&](Session& session) -> Result<void> {
        conversation_rows::save(session, row);
        return {};
      },
      row.body.size());
}

Result<void> ConversationStore::create(const ConversationRow& row) {
  return database_.write_and_wait(
      [&](Session& session) -> Result<void> {
        if (conversation_rows::exists(session, row.id)) return conflict("There is a conversation " + row.id);
        conversation_rows::save(session, row);
        return {};
      },
      row.body.size());
}

Result<ConversationRow> ConversationStore::get(const std::string& id) const {
  return database_.read([&](Session& session) -> Result<ConversationRow> {
    auto row = find(session, id);
    if (!row) return not_found("Conversation not found: " + id);
    return std::move(*row);
  });
}

Result<std::vector<ConversationRow>> ConversationStore::all() const {
  return database_.read([](Session& session) {
    std::vector<ConversationRow> rows;
    session.query<std::string, std::string, std::int64_t, std::int64_t, std::string>(
        "SELECT id, status, created_at, updated_at, body FROM conversations WHERE tenant = :tenant "
        "ORDER BY created_at, id",
        {kTenant},
        [&](std::string& id, std::string& status, std::int64_t created, std::int64_t updated,
            std::string& body) {
          rows.push_back({std::move(id), std::move(status), created, updated, std::move(body)});
        });
    for (auto& row : rows) row.model_calls = conversation_rows::model_calls(session, row.id);
    return rows;
  });
}

Result<ConversationPage> ConversationStore::search(const ConversationQuery& query) const {
  return database_.read([&](Session& session) {
    auto found = places(session, query, place_of(session, query));
    ConversationPage page;
    if (found.size() > static_cast<std::size_t>(std::max(query.limit, 1))) {
      page.next_page_id = without_dashes(found.back().id);
      found.pop_back();
    }
    for (const auto& place : found)
      if (auto row = find(session, place.id)) page.items.push_back(std::move(*row));
    return page;
  });
}

Result<std::int64_t> ConversationStore::count(const std::string& status) const {
  return database_.read([&](Session& session) {
    std::int64_t count = 0;
    const auto take = [&](std::int64_t found) { count = found; };
    if (status.empty()) {
      session.query<std::int64_t>("SELECT COUNT(*) FROM conversations WHERE tenant = :tenant", {kTenant},
                                  take);
    } else {
      session.query<std::int64_t>(
          "SELECT COUNT(*) FROM conversations WHERE tenant = :tenant AND status = :status", {kTenant, status},
          take);
    }
    return count;
  });
}

Result<void> ConversationStore::remove(const std::string& id, const std::optional<Claim>& claim) {
  return database_.write_and_wait([&](Session& session) -> Result<void> {
    if (!conversation_rows::exists(session, id)) return not_found("Conversation not found: " + id);
    if (claim) conversation_rows::check(session, id, *claim);
    session.announce("removed " + id);
    event_store::remove_all(session, id);
    conversation_rows::remove(session, id);
    return {};
  });
}

}  // namespace collet::storage
