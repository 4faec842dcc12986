#include "storage/claims.hpp"

#include <algorithm>
#include <fstream>
#include <optional>
#include <utility>

#include "base/id.hpp"
#include "base/log.hpp"
#include "storage/pending_writes.hpp"
#include "storage/tenant.hpp"

namespace collet::storage {
namespace {

using std::chrono::duration_cast;
using std::chrono::seconds;

// Microseconds. Not the transaction's time: it may have waited.
const std::string kNow = "CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000000 AS BIGINT)";
constexpr std::int64_t kAlive = 60'000'000;
constexpr std::int64_t kForgotten = std::int64_t{24} * 3600 * 1'000'000;  // rows of servers that crashed

struct Owner {
  std::string id, name;
  std::int64_t generation = 0;
  std::int64_t age = -1;  // of its heartbeat, in microseconds; negative: it has none
};

std::optional<Owner> owner_of(Session& session, const std::string& conversation) {
  std::optional<Owner> found;
  session.query<std::string, std::int64_t, std::string, std::int64_t>(
      "SELECT c.owner, c.generation, COALESCE(s.name, ''), CASE WHEN s.id IS NULL THEN -1 ELSE GREATEST(" +
          kNow +
          " - s.heartbeat, 0) END FROM conversations c LEFT JOIN servers s ON s.id = c.owner "
          "WHERE c.tenant = :tenant AND c.id = :id",
      {kTenant, conversation},
      [&](std::string& id, std::int64_t generation, std::string& name, std::int64_t age) {
        found = Owner{std::move(id), std::move(name), generation, age};
      });
  return found;
}

Error owned_by(const Owner& owner, std::chrono::milliseconds lease) {
  return conflict("This conversation belongs to the server " + owner.name + ", last heard of " +
                  std::to_string(owner.age / 1'000'000) +
                  " s ago. Send this to that server. When it is stopped, " +
                  "the next server that is asked takes over; when it is lost, " +
                  std::to_string(duration_cast<seconds>(lease).count()) + " s after its last heartbeat.");
}

}  // namespace

bool is_in_use(Session& session) {
  bool found = false;
  session.query<std::int64_t>("SELECT 1 FROM servers WHERE heartbeat > " + kNow + " - :age", {kAlive},
                              [&](std::int64_t) { found = true; });
  return found;
}

Result<std::string> node_of(const std::filesystem::path& state_dir) {
  const auto file = state_dir / "node";
  std::string id;
  if (std::ifstream(file) >> id && parse_uuid(id)) return id;
  id = new_uuid();
  std::ofstream out(file);
  out << id << '\n';
  out.close();
  if (!out) return unavailable("storage: cannot write " + file.string());
  return id;
}

Claims::Claims(Database& database, Options options)
    : database_(database), options_(std::move(options)), id_(new_uuid()) {}

Result<std::unique_ptr<Claims>> Claims::start(Database& database, Options options) {
  std::unique_ptr<Claims> claims(new Claims(database, std::move(options)));  // NOLINT: private constructor
  if (auto beaten = claims->beat(); !beaten) return beaten.error();
  try {
    // Or what we had before a crash would wait for the lease.
    claims->session_->execute("DELETE FROM servers WHERE node = :node AND id <> :id",
                              {claims->options_.node, claims->id_});
  } catch (const StorageError& failure) {
    return failure.error();
  }
  claims->thread_ = std::thread([self = claims.get()] { self->keep_beating(); });
  return claims;
}

Claims::~Claims() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  if (thread_.joinable()) thread_.join();
  // An owner without a row is gone.
  try {
    if (session_) session_->execute("DELETE FROM servers WHERE id = :id", {id_});
  } catch (const StorageError&) {
    log::warning("storage",
                 "The conversations of this server could not be given up; others wait for its lease.");
  }
}

// Its session commits each statement: a queue of writes, or one that waits, must not hold the heart up.
Result<void> Claims::beat() {
  if (!session_) {
    auto opened = database_.open_session();
    if (!opened) return opened.error();
    session_ = std::move(*opened);
  }
  try {
    session_->execute("DELETE FROM servers WHERE heartbeat < " + kNow + " - :forgotten", {kForgotten});
    session_->execute("INSERT INTO servers (id, name, node, heartbeat) VALUES (:id, :name, :node, " + kNow +
                          ") ON CONFLICT (id) DO UPDATE SET heartbeat = excluded.heartbeat",
                      {id_, options_.name, options_.node});
    return {};
  } catch (const StorageError& failure) {
    session_.reset();
    return failure.error();
  }
}

void Claims::keep_beating() {
  using Clock = std::chrono::steady_clock;
  auto last = Clock::now();
  bool failing = false;
  std::unique_lock lock(mutex_);
  while (!wake_.wait_for(lock, options_.beat, [this] { return stopping_; })) {
    lock.unlock();
    const auto beaten = beat();
    const auto now = Clock::now();
    if (beaten) {
      if (now - last > options_.lease) ++lapses_;
      last = now;
    } else if (!failing) {
      log::warning("storage", "No heartbeat: " + beaten.error().message +
                                  "; after the lease other servers may take this one's conversations.");
    }
    failing = !beaten;
    lock.lock();
  }
}

Result<Claim> Claims::take(const std::string& conversation) {
  const std::int64_t lease = duration_cast<std::chrono::microseconds>(options_.lease).count();
  Claim claim{id_, 0};
  auto taken = database_.write_and_wait([&](Session& session) -> Result<void> {
    const auto owner = owner_of(session, conversation);
    if (!owner) return not_found("Conversation not found: " + conversation);
    if (owner->id != id_ && owner->age >= 0 && owner->age < lease) return owned_by(*owner, options_.lease);
    claim.generation = owner->generation + 1;
    flush(session);
    session.pending_writes().ends.forget(conversation);  // others may have written it meanwhile
    session.execute(
        "UPDATE conversations SET owner = :owner, generation = :generation WHERE tenant = :tenant AND id = "
        ":id",
        {id_, claim.generation, kTenant, conversation});
    return {};
  });
  if (!taken) return taken.error();
  return claim;
}

Result<bool> Claims::holds(const std::string& conversation, const Claim& claim) const {
  return database_.read([&](Session& session) {
    const auto owner = owner_of(session, conversation);
    return owner && owner->id == claim.server && owner->generation == claim.generation;
  });
}

Result<std::vector<std::string>> Claims::orphans(const std::string& status) const {
  const std::int64_t lease = duration_cast<std::chrono::microseconds>(options_.lease).count();
  return database_.read([&](Session& session) {
    std::vector<std::string> ids;
    session.query<std::string>(
        "SELECT c.id FROM conversations c LEFT JOIN servers s ON s.id = c.owner "
        "WHERE c.tenant = :tenant AND c.status = :status "
        "AND (s.id IS NULL OR s.heartbeat < " +
            kNow + " - :lease) ORDER BY c.id",
        {kTenant, status, lease}, [&](std::string& id) { ids.push_back(std::move(id)); });
    return ids;
  });
}

}  // namespace collet::storage
