#include "storage/postgresql_listener.hpp"

#include <libpq-fe.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <chrono>
#include <sstream>
#include <thread>
#include <utility>

#include "base/log.hpp"
#include "collet/unique_fd.hpp"

namespace collet::storage {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::seconds kLookAgain{5};  // so late at most is a change seen whose announcement was lost
constexpr std::chrono::seconds kReconnect{1};

using Connection = std::unique_ptr<PGconn, decltype(&PQfinish)>;

class PostgresqlListener final : public Listener {
 public:
  PostgresqlListener(PostgresqlUrl url, std::string own, ChangeHandlers handlers)
      : url_(std::move(url)),
        own_(std::move(own)),
        handlers_(std::move(handlers)),
        stop_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
        thread_([this] { work(); }) {}
  ~PostgresqlListener() override {
    const std::uint64_t one = 1;
    static_cast<void>(::write(stop_.get(), &one, sizeof one) == sizeof one);
    thread_.join();
  }

 private:
  void work();
  void hear();
  void drop_results();
  void take(const std::string& notification);
  void take_line(const std::string& line);
  /// False: it is time to stop.
  bool wait(std::chrono::milliseconds longest) const;

  const PostgresqlUrl url_;
  const std::string own_;
  const ChangeHandlers handlers_;
  const UniqueFd stop_;
  Connection connection_{nullptr, &PQfinish};  // the thread's
  std::thread thread_;                         // last: it uses all of the above
};

bool PostgresqlListener::wait(std::chrono::milliseconds longest) const {
  pollfd waiting[] = {{stop_.get(), POLLIN, 0}, {-1, POLLIN, 0}};  // poll passes over a negative one
  if (connection_) waiting[1].fd = PQsocket(connection_.get());
  ::poll(waiting, 2, static_cast<int>(longest.count()));
  return (waiting[0].revents & POLLIN) == 0;
}

void PostgresqlListener::work() {
  bool away = false;
  do {
    connection_.reset(PQconnectdb(url_.connection_text().c_str()));
    const std::string sql = "LISTEN " + std::string(kChannel);
    if (PQstatus(connection_.get()) == CONNECTION_OK && PQsendQuery(connection_.get(), sql.c_str()) == 1) {
      if (std::exchange(away, false)) log::info("storage", "Other servers are heard again.");
      hear();
    }
    connection_.reset();
    if (!wait(std::chrono::milliseconds(0))) return;
    if (!std::exchange(away, true))
      log::warning("storage",
                   "Other servers are not heard: the database at " + url_.host() + " is not reachable.");
  } while (wait(kReconnect));
}

// Until the connection is lost or it is time to stop.
void PostgresqlListener::hear() {
  handlers_.anything();
  auto look_again = Clock::now() + kLookAgain;
  while (PQconsumeInput(connection_.get()) == 1 && PQstatus(connection_.get()) == CONNECTION_OK) {
    drop_results();
    while (PGnotify* notification = PQnotifies(connection_.get())) {
      take(notification->extra);
      PQfreemem(notification);
    }
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(look_again - Clock::now());
    if (left.count() <= 0) {
      handlers_.anything();
      look_again = Clock::now() + kLookAgain;
    } else if (!wait(left)) {
      return;
    }
  }
}

// The answer to LISTEN: waited for by nobody, so that a server that hangs holds nothing up.
void PostgresqlListener::drop_results() {
  while (PQisBusy(connection_.get()) == 0) {
    PGresult* result = PQgetResult(connection_.get());
    if (result == nullptr) return;
    PQclear(result);
  }
}

void PostgresqlListener::take(const std::string& notification) {
  std::istringstream lines(notification);
  std::string line;
  if (!std::getline(lines, line) || line == own_) return;
  while (std::getline(lines, line)) take_line(line);
}

void PostgresqlListener::take_line(const std::string& line) {
  const auto space = line.find(' ');
  if (space == std::string::npos) return;
  const auto kind = line.substr(0, space);
  std::istringstream rest(line.substr(space + 1));
  std::string name;
  std::int64_t seq = 0;
  if (kind == "events" && rest >> name >> seq) handlers_.events(name, seq);
  if (kind == "removed" && rest >> name) handlers_.removed(name);
  if (kind == "document" && std::getline(rest, name)) handlers_.document(name);
}

}  // namespace

std::unique_ptr<Listener> listen_on_postgresql(PostgresqlUrl url, std::string own, ChangeHandlers handlers) {
  return std::make_unique<PostgresqlListener>(std::move(url), std::move(own), std::move(handlers));
}

}  // namespace collet::storage
