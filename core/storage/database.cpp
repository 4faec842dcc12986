#include "storage/database.hpp"

#include <future>
#include <string>
#include <vector>

#include "storage/main_backend.hpp"
#include "storage/postgresql.hpp"
#include "storage/session_pool.hpp"
#include "storage/sqlite.hpp"
#include "storage/state_lock.hpp"
#include "storage/writer.hpp"

namespace collet::storage {

namespace fs = std::filesystem;

struct Database::Parts {
  std::optional<StateLock> lock;  // first in, last out
  std::unique_ptr<Backend> backend;
  std::chrono::milliseconds lease_timeout{};
  std::unique_ptr<SessionPool> readers;
  std::unique_ptr<Writer> writer;
  std::unique_ptr<Listener> listener;
};

Database::Database(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Database::~Database() = default;

Result<std::unique_ptr<Database>> Database::open(const fs::path& state_dir, Options options) {
  auto lock = StateLock::acquire(state_dir);
  if (!lock) return lock.error();
  auto parts = std::make_unique<Parts>();
  parts->lock.emplace(std::move(*lock));
  auto backend = main_backend(state_dir, options.url, options.synchronous);
  if (!backend) return backend.error();
  parts->backend = std::move(*backend);
  return open_parts(std::move(parts), main_migrations(), options);
}

Result<std::unique_ptr<Database>> Database::open_file(const fs::path& file, std::span<const Migration> steps,
                                                      Options options) {
  auto parts = std::make_unique<Parts>();
  parts->backend = sqlite_backend(file, options.synchronous);
  return open_parts(std::move(parts), steps, options);
}

Result<std::unique_ptr<Database>> Database::open_postgresql(const std::string& url, Options options) {
  auto parts = std::make_unique<Parts>();
  auto backend = postgresql_backend(url, options.synchronous);
  if (!backend) return backend.error();
  parts->backend = std::move(*backend);
  return open_parts(std::move(parts), main_migrations(), options);
}

Result<std::unique_ptr<Database>> Database::open_parts(std::unique_ptr<Parts> parts,
                                                       std::span<const Migration> steps,
                                                       const Options& options) {
  Backend& backend = *parts->backend;
  auto writer = backend.open(Use::kWriter);
  if (!writer) return writer.error();
  if (auto migrated = backend.migrate(**writer, steps); !migrated) return migrated.error();

  std::vector<std::unique_ptr<Session>> readers;
  for (std::size_t i = 0; i < options.read_sessions; ++i) {
    auto reader = backend.open(Use::kReader);
    if (!reader) return reader.error();
    readers.push_back(std::move(*reader));
  }
  parts->lease_timeout = options.lease_timeout;
  parts->readers = std::make_unique<SessionPool>(backend, std::move(readers));
  parts->writer = std::make_unique<Writer>(backend, std::move(*writer), options);
  return std::unique_ptr<Database>(new Database(std::move(parts)));  // NOLINT: private constructor
}

WriteStats Database::write_stats() const { return parts_->writer->stats(); }

bool Database::is_shared() const { return parts_->backend->is_shared(); }

Result<std::unique_ptr<Session>> Database::open_session() const {
  return parts_->backend->open(Use::kWriter);
}

void Database::listen(ChangeHandlers handlers) {
  parts_->listener = parts_->backend->listen(std::move(handlers));
}

void Database::stop_listening() { parts_->listener.reset(); }

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
  if (!lease) return lease.error();
  try {
    f(**lease);
    return {};
  } catch (const StorageError& failure) {
    return failure.error();
  }
}

}  // namespace collet::storage
