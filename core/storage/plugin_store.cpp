#include "storage/plugin_store.hpp"

#include "base/private_folder.hpp"

#include <algorithm>
#include <future>
#include <utility>

#include "storage/log_rows.hpp"
#include "storage/names.hpp"
#include "storage/tenant.hpp"

namespace collet::storage {

namespace {

bool is_name(std::string_view name) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  };
  return !name.empty() && name.size() <= 64 && std::all_of(name.begin(), name.end(), allowed);
}

std::int64_t entry_bytes(Session& session, const std::string& key) {
  std::int64_t bytes = 0;
  session.query<std::int64_t>("SELECT bytes FROM entries WHERE tenant = :tenant AND name = :name",
                              {kTenant, key}, [&](std::int64_t found) { bytes = found; });
  return bytes;
}

std::int64_t total_bytes(Session& session) {
  std::int64_t bytes = 0;
  session.query<std::int64_t>("SELECT bytes FROM entry_totals WHERE tenant = :tenant", {kTenant},
                              [&](std::int64_t found) { bytes = found; });
  return bytes;
}

void save_total(Session& session, std::int64_t bytes) {
  session.execute(
      "INSERT INTO entry_totals (tenant, bytes) VALUES (:tenant, :bytes) "
      "ON CONFLICT (tenant) DO UPDATE SET bytes = excluded.bytes",
      {kTenant, bytes});
}

}  // namespace

PluginStore::PluginStore(std::unique_ptr<Database> database, Limits limits)
    : database_(std::move(database)), limits_(limits) {}

Result<std::unique_ptr<PluginStore>> PluginStore::open(const std::filesystem::path& state_dir,
                                                       const std::string& name) {
  return open(state_dir, name, Limits{}, {.synchronous = Synchronous::kNormal, .read_sessions = 2});
}

Result<std::unique_ptr<PluginStore>> PluginStore::open(const std::filesystem::path& state_dir,
                                                       const std::string& name, Limits limits,
                                                       Database::Options options) {
  if (!is_name(name)) return invalid("storage: no name for a plugin's store: '" + name + "'");
  const auto folder = state_dir / "plugins";
  if (auto made = make_private_folder(folder); !made) return unavailable("storage: " + made.error().message);
  auto database = Database::open_file(folder / (name + ".sqlite3"), plugin_migrations(), std::move(options));
  if (!database) return database.error();
  return std::unique_ptr<PluginStore>(
      new PluginStore(std::move(*database), limits));  // NOLINT: private constructor
}

Result<void> PluginStore::put(const std::string& key, const std::string& value) {
  if (key.empty()) return invalid("storage: a key needs a name");
  if (value.size() > limits_.value_bytes) return invalid("storage: the value is too large");
  const auto bytes = static_cast<std::int64_t>(key.size() + value.size());
  return database_->write_and_wait(
      [&](Session& session) -> Result<void> {
        const auto total = total_bytes(session) - entry_bytes(session, key) + bytes;
        if (total > limits_.keys_bytes) return unavailable("storage: the plugin's bytes are used up");
        session.execute(
            "INSERT INTO entries (tenant, name, bytes, value) VALUES (:tenant, :name, :bytes, :value) "
            "ON CONFLICT (tenant, name) DO UPDATE SET bytes = excluded.bytes, value = excluded.value",
            {kTenant, key, bytes, value});
        save_total(session, total);
        return {};
      },
      value.size());
}

Result<std::string> PluginStore::get(const std::string& key) const {
  return database_->read([&](Session& session) -> Result<std::string> {
    std::optional<std::string> found;
    session.query<std::string>("SELECT value FROM entries WHERE tenant = :tenant AND name = :name",
                               {kTenant, key}, [&](std::string& value) { found = std::move(value); });
    if (!found) return not_found("storage: no key '" + key + "'");
    return std::move(*found);
  });
}

Result<bool> PluginStore::erase(const std::string& key) {
  bool erased = false;
  auto outcome = database_->write_and_wait([&](Session& session) -> Result<void> {
    const auto bytes = entry_bytes(session, key);
    erased = bytes > 0;
    if (!erased) return {};
    session.execute("DELETE FROM entries WHERE tenant = :tenant AND name = :name", {kTenant, key});
    save_total(session, total_bytes(session) - bytes);
    return {};
  });
  if (!outcome) return outcome.error();
  return erased;
}

Result<std::vector<std::string>> PluginStore::keys(const std::string& prefix) const {
  return database_->read([&](Session& session) { return names_beginning(session, "entries", prefix); });
}

Result<void> PluginStore::declare_log(const std::string& log, const std::vector<std::string>& indexes) {
  if (!is_name(log)) return invalid("storage: no name for a log: '" + log + "'");
  for (const auto& name : indexes)
    if (!is_name(name)) return invalid("storage: no name for an index: '" + name + "'");
  return database_->write_and_wait([&](Session& session) -> Result<void> {
    log_rows::declare(session, log, indexes);
    return {};
  });
}

Result<std::int64_t> PluginStore::append(const std::string& log, const std::string& text,
                                         const IndexValues& values) {
  auto outcome = std::make_shared<std::promise<Result<std::int64_t>>>();
  auto waiting = outcome->get_future();
  append(log, text, values,
         [outcome](Result<std::int64_t> position) { outcome->set_value(std::move(position)); });
  return waiting.get();
}

void PluginStore::append(const std::string& log, std::string text, IndexValues values,
                         std::function<void(Result<std::int64_t>)> done) {
  if (text.size() > limits_.value_bytes) return done(invalid("storage: the record is too large"));
  const auto bytes = text.size();
  auto position = std::make_shared<std::int64_t>(0);
  database_->write(
      [position, log, text = std::move(text), values = std::move(values),
       max_bytes = limits_.log_bytes](Session& session) -> Result<void> {
        *position = log_rows::append(session, log, text, values, max_bytes);
        return {};
      },
      [position, done = std::move(done)](Result<void> outcome) {
        done(outcome ? Result<std::int64_t>(*position) : Result<std::int64_t>(outcome.error()));
      },
      bytes);
}

Result<std::vector<PluginStore::Record>> PluginStore::read(const std::string& log, const Query& query) const {
  return database_->read([&](Session& session) { return log_rows::read(session, log, query); });
}

Result<std::int64_t> PluginStore::erase_all(const std::string& log) { return erase_before(log, INT64_MAX); }

Result<std::int64_t> PluginStore::erase_before(const std::string& log, std::int64_t position) {
  std::int64_t removed = 0;
  auto outcome = database_->write_and_wait([&](Session& session) -> Result<void> {
    removed = log_rows::erase_before(session, log, position);
    return {};
  });
  if (!outcome) return outcome.error();
  return removed;
}

}  // namespace collet::storage
