#include "storage/transfer.hpp"

#include "collet/json.hpp"
#include "storage/claims.hpp"
#include "storage/main_backend.hpp"
#include "storage/tenant.hpp"
#include "storage/transfer_file.hpp"

namespace collet::storage {
namespace {

namespace fs = std::filesystem;

std::int64_t newest_schema() { return main_migrations().back().version; }

struct Opened {
  std::unique_ptr<Backend> backend;
  std::unique_ptr<Session> session;
};

/// A reader's session, without the folder's lock: it may be a server's.
Result<Opened> open_for_reading(const DatabasePlace& place) {
  std::error_code error;
  if (place.url.empty() && !fs::exists(main_file(place.state_dir), error))
    return not_found("there is no database in " + place.state_dir.string());
  auto backend = main_backend(place.state_dir, place.url, Synchronous::kFull);
  if (!backend) return backend.error();
  auto session = (*backend)->open(Use::kReader);
  if (!session) return session.error();
  return Opened{std::move(*backend), std::move(*session)};
}

Result<void> fits(std::int64_t version) {
  if (version == newest_schema()) return {};
  const std::string has = "the database has schema version " + std::to_string(version) +
                          ", this program knows " + std::to_string(newest_schema());
  if (version > newest_schema()) return unavailable(has + ": a newer Collet has used it");
  return unavailable(has + ": run collet db migrate first");
}

std::string key_id_in(const std::string& record) {
  const auto document = json::parse(record);
  return document ? json::string_or(*document, "id") : std::string();
}

constexpr std::string_view kKeyRecord = "secret_key";  // the document that names the secret key

std::string stored_key_id(Session& session) {
  std::string id;
  session.query<std::string>("SELECT body FROM documents WHERE tenant = :tenant AND name = :name",
                             {kTenant, kKeyRecord}, [&](const std::string& body) { id = key_id_in(body); });
  return id;
}

Result<Transferred> export_rows(Session& session, TransferWriter& out) {
  Transferred done;
  done.key_id = stored_key_id(session);
  out.header({newest_schema(), done.key_id});
  for (const auto& table : transfer_tables()) {
    std::int64_t rows = 0;
    visit_rows(session, table, [&](const TransferRow& row) {
      out.row(table, row);
      ++rows;
    });
    done.tables.push_back({std::string(table.name), rows});
  }
  if (auto written = out.finish(); !written) return written.error();
  return done;
}

Result<void> make_room(Session& session, bool shared, bool replace) {
  if (shared && is_in_use(session))
    return conflict(
        "a server uses the database: stop all of them first (one that has crashed is forgotten after a "
        "minute)");
  for (const auto& table : transfer_tables()) {
    if (count_rows(session, table) == 0) continue;
    if (!replace)
      return conflict("the database is not empty (" + std::string(table.name) +
                      "); --replace removes what is there. Nothing was changed");
    session.execute("DELETE FROM " + std::string(table.name));
  }
  return {};
}

}  // namespace

Result<Transferred> export_to(const fs::path& file, const DatabasePlace& place) {
  auto opened = open_for_reading(place);
  if (!opened) return opened.error();
  Session& session = *opened->session;
  try {
    // One moment of it, however long it takes.
    session.begin_with(place.url.empty() ? "BEGIN" : "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
    const bool has_schema = opened->backend->has_table(session, "schema_version");
    if (auto fit = fits(schema_version(session, has_schema)); !fit) return fit.error();
    auto out = TransferWriter::open(file);
    if (!out) return out.error();
    return export_rows(session, *out);
  } catch (const StorageError& failure) {
    return failure.error();
  }
}

Result<Transferred> import_from(const fs::path& file, const DatabasePlace& place, bool replace) {
  // The whole file is looked at before the database is.
  const auto header = read_transfer(file, [](const auto&, const auto&) { return Result<void>(); });
  if (!header) return header.error();
  auto database = Database::open(place.state_dir, {.url = place.url});
  if (!database) return database.error();
  Transferred done;
  auto stored = (*database)->write_and_wait([&](Session& session) -> Result<void> {
    done = {};
    done.key_id = header->key_id;
    if (auto room = make_room(session, (*database)->is_shared(), replace); !room) return room;
    for (const auto& table : transfer_tables()) done.tables.push_back({std::string(table.name), 0});
    const auto read =
        read_transfer(file, [&](const TransferTable& table, const TransferRow& row) -> Result<void> {
          insert_row(session, table, row);
          ++done.tables[static_cast<std::size_t>(&table - transfer_tables().data())].rows;
          return {};
        });
    return read ? Result<void>() : Result<void>(read.error());
  });
  if (!stored) return stored.error();
  return done;
}

namespace {

void check_logs(Session& session, Checked& found) {
  session.query<std::string, std::int64_t, std::int64_t>(
      "SELECT conversation_id, COUNT(*), MAX(seq) FROM events GROUP BY conversation_id HAVING COUNT(*) <> "
      "MAX(seq) "
      "ORDER BY conversation_id",
      {}, [&](const std::string& id, std::int64_t count, std::int64_t last) {
        found.problems.push_back("conversation " + id + ": " + std::to_string(count) +
                                 " events up to number " + std::to_string(last));
      });
  session.query<std::string>(
      "SELECT DISTINCT conversation_id FROM events e WHERE NOT EXISTS (SELECT 1 FROM conversations c WHERE "
      "c.tenant = "
      "e.tenant AND c.id = e.conversation_id) ORDER BY conversation_id",
      {}, [&](const std::string& id) {
        found.problems.push_back("events of a conversation that is not there: " + id);
      });
}

void check_texts(Session& session, Checked& found) {
  for (const auto& table : transfer_tables()) {
    std::int64_t rows = 0;
    const bool has_body = table.columns.back().name == "body" && table.name != "model_calls";
    visit_rows(session, table, [&](const TransferRow& row) {
      ++rows;
      if (!has_body || json::parse(row.texts.back())) return;
      std::string key;
      for (std::size_t i = 1; i < table.keys; ++i)
        key +=
            " " + (table.columns[i].type == Column::kText ? row.texts[i] : std::to_string(row.integers[i]));
      found.problems.push_back(std::string(table.name) + key + ": no JSON");
    });
    found.tables.push_back({std::string(table.name), rows});
  }
}

}  // namespace

Result<Checked> check_database(const DatabasePlace& place) {
  auto opened = open_for_reading(place);
  if (!opened) return opened.error();
  Session& session = *opened->session;
  Checked found;
  try {
    session.begin_with(place.url.empty() ? "BEGIN" : "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
    found.schema = schema_version(session, opened->backend->has_table(session, "schema_version"));
    if (auto fit = fits(found.schema); !fit) return fit.error();
    if (place.url.empty())
      session.query<std::string>("PRAGMA integrity_check", {}, [&](const std::string& line) {
        if (line != "ok") found.problems.push_back("SQLite: " + line);
      });
    check_texts(session, found);
    check_logs(session, found);
    return found;
  } catch (const StorageError& failure) {
    return failure.error();
  }
}

}  // namespace collet::storage
