#include "storage/postgresql_failure.hpp"

#include <libpq-fe.h>
#include <poll.h>

#include <algorithm>
#include <cctype>
#include <chrono>
#include <memory>

namespace collet::storage {
namespace {

constexpr std::chrono::seconds kPatience{5};

bool starts(std::string_view state, std::string_view with) { return state.substr(0, with.size()) == with; }

bool is_lost(std::string_view state) {
  // Shutdown, crash, not up yet, database dropped, idle for too long.
  return starts(state, "08") || starts(state, "57P") || state == "25P03" || state == "25P04";
}

// serialization_failure, deadlock_detected, lock_not_available
bool is_conflict(std::string_view state) { return state == "40001" || state == "40P01" || state == "55P03"; }

Error error_of_state(std::string_view state) {
  if (starts(state, "23")) return conflict("storage: a row with this key exists already");
  if (state == "22021") return invalid("storage: text is not UTF-8");
  if (starts(state, "54")) return invalid("storage: the value is too large");
  if (state == "53100") return unavailable("storage: the database's disk is full");
  if (state == "53200") return unavailable("storage: the database is out of memory");
  if (state == "53300") return unavailable("storage: the database has too many connections");
  if (state == "57014") return unavailable("storage: the database took too long");
  if (state == "25006") return unavailable("storage: the database is read-only");
  if (state == "42501") return unavailable("storage: the database does not allow its user to do this");
  if (starts(state, "58") || starts(state, "XX"))
    return unavailable("storage: the database failed (SQLSTATE " + std::string(state) + ")");
  return internal("storage: a statement failed (SQLSTATE " + std::string(state) + ")");
}

using Connection = std::unique_ptr<PGconn, decltype(&PQfinish)>;

bool wait_for(PGconn* connection, PostgresPollingStatusType status,
              std::chrono::steady_clock::time_point until) {
  const auto left =
      std::chrono::duration_cast<std::chrono::milliseconds>(until - std::chrono::steady_clock::now()).count();
  if (left <= 0) return false;
  pollfd waiting = {PQsocket(connection),
                    static_cast<short>(status == PGRES_POLLING_READING ? POLLIN : POLLOUT), 0};
  return ::poll(&waiting, 1, static_cast<int>(left)) >= 0;
}

/// The five letters after the last ":  ", where libpq puts them when it is told to say nothing else.
std::string sqlstate_in(std::string_view message) {
  const auto mark = message.rfind(":  ");
  if (mark == std::string_view::npos) return {};
  const auto state = message.substr(mark + 3, 5);
  const bool is_one = state.size() == 5 && std::all_of(state.begin(), state.end(), [](unsigned char c) {
                        return std::isdigit(c) != 0 || std::isupper(c) != 0;
                      });
  return is_one ? std::string(state) : std::string();
}

Error refused(const PostgresqlUrl& url, const std::string& state, bool needs_password) {
  const std::string where = " at " + url.host();
  if (needs_password) return unavailable("storage: the database" + where + " wants a password");
  if (starts(state, "28"))
    return unavailable("storage: the database" + where + " refuses this user or password");
  if (state == "3D000") {
    const std::string name = url.database().empty() ? "named like its user" : "\"" + url.database() + "\"";
    return unavailable("storage: there is no database " + name + where +
                       "; make it with createdb (encoding UTF8)");
  }
  if (starts(state, "57P")) return unavailable("storage: the database" + where + " is starting or stopping");
  if (state == "53300") return unavailable("storage: the database" + where + " has too many connections");
  const std::string tls = url.asks_for_tls() ? ", or not with TLS as sslmode asks" : "";
  return unavailable("storage: the database" + where + " is not reachable" + tls +
                     (state.empty() ? "" : " (SQLSTATE " + state + ")"));
}

}  // namespace

StorageError postgresql_failure(std::string_view sqlstate) {
  if (is_lost(sqlstate))
    return StorageError(unavailable("storage: the database is not reachable"), Cause::kLost);
  if (is_conflict(sqlstate))
    return StorageError(unavailable("storage: other servers are changing the same data"), Cause::kConflict);
  return StorageError(error_of_state(sqlstate));
}

Result<void> why_unreachable(const PostgresqlUrl& url) {
  const Connection connection(PQconnectStart(url.connection_text().c_str()), &PQfinish);
  if (!connection) return unavailable("storage: out of memory");
  PQsetErrorVerbosity(connection.get(), PQERRORS_SQLSTATE);
  const auto until = std::chrono::steady_clock::now() + kPatience;
  auto status = PGRES_POLLING_WRITING;
  while (PQstatus(connection.get()) != CONNECTION_BAD && status != PGRES_POLLING_OK &&
         status != PGRES_POLLING_FAILED && wait_for(connection.get(), status, until))
    status = PQconnectPoll(connection.get());
  if (status == PGRES_POLLING_OK) return {};
  return refused(url, sqlstate_in(PQerrorMessage(connection.get())),
                 PQconnectionNeedsPassword(connection.get()) != 0);
}

}  // namespace collet::storage
