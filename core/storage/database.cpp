#include "storage/database.hpp"

#include <future>
#include <string>
#include <vector>

#include "storage/session_pool.hpp"
#include "storage/sqlite.hpp"
#include "storage/state_lock.hpp"
#include "storage/writer.hpp"

namespace collet::storage {

namespace fs = std::filesystem;

struct Database::Parts {
  std::optional<StateLock> lock;  // first in, last out
  std::chrono::milliseconds lease_timeout{};
  std::unique_ptr<SessionPool> readers;
  std::unique_ptr<Writer> writer;
};

Database::Database(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Database::~Database() = default;

Result<std::unique_ptr<Database>> Database::open(const fs::path& state_dir, Options options) {
  auto lock = StateLock::acquire(state_dir);
  if (!lock) return lock.error();
  auto parts = std::make_unique<Parts>();
  parts->lock.emplace(std::move(*lock));
  return open_locked(state_dir / "collet.sqlite3", main_migrations(), std::move(options), std::move(parts));
}

Result<std::unique_ptr<Database>> Database::open_file(const fs::path& file, std::span<const Migration> steps,
                                                      Options options) {
  return open_locked(file, steps, std::move(options), std::make_unique<Parts>());
}

Result<std::unique_ptr<Database>> Database::open_locked(const fs::path& file,
                                                        std::span<const Migration> steps, Options options,
                                                        std::unique_ptr<Parts> parts) {
  auto writer = open_sqlite(file, options.synchronous, SqliteUse::kWriter);
  if (!writer) return writer.error();
  std::error_code ignored;  // the folder is closed to others already
  fs::permissions(file, fs::perms::owner_read | fs::perms::owner_write, ignored);
  if (auto migrated = migrate(**writer, steps); !migrated) return migrated.error();

  std::vector<std::unique_ptr<Session>> readers;
  for (std::size_t i = 0; i < options.read_sessions; ++i) {
    auto reader = open_sqlite(file, options.synchronous, SqliteUse::kReader);
    if (!reader) return reader.error();
    readers.push_back(std::move(*reader));
  }
  parts->lease_timeout = options.lease_timeout;
  parts->readers = std::make_unique<SessionPool>(std::move(readers));
  parts->writer = std::make_unique<Writer>(std::move(*writer), options);
  return std::unique_ptr<Database>(new Database(std::move(parts)));  // NOLINT: private constructor
}

void Database::write(Job job, Done done, std::size_t bytes) {
  parts_->writer->push(std::move(job), std::move(done), bytes);
}

Result<void> Database::write_and_wait(Job job, std::size_t bytes) {
  // Shared: the writer may still be inside set_value when the waiter is awake and gone.
  auto outcome = std::make_shared<std::promise<Result<void>>>();
  auto waiting = outcome->get_future();
  write(
      std::move(job), [outcome](Result<void> result) { outcome->set_value(std::move(result)); }, bytes);
  return waiting.get();
}

Result<void> Database::read_with(const std::function<void(Session&)>& f) const {
  auto lease = parts_->readers->lease(parts_->lease_timeout);
  if (!lease) return unavailable("storage: too many reads are waiting");
  try {
    f(**lease);
    return {};
  } catch (const StorageError& failure) {
    return failure.error();
  }
}

}  // namespace collet::storage
