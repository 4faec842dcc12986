// Rooms over WebSockets; the tests talk to them through a real server.
#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <vector>

#include "collet/plugin.hpp"

namespace {

using collet::SessionId;

class Room final : public collet::SocketEndpoint {
 public:
  explicit Room(collet::Host& host) : host_(host) {}

  void open(SessionId session, const collet::Request& request) override {
    if (request.param("name") == "private") return host_.sessions().close(session, 4003, "not for you");
    {
      const std::lock_guard lock(mutex_);
      members_.push_back(session);
    }
    host_.sessions().send(session, "welcome to " + std::string(request.param("name")) + " " +
                                       std::string(request.query_value("mode").value_or("none")));
  }
  void message(SessionId session, std::string_view text) override {
    auto sessions = host_.sessions();
    if (text == "throw") throw std::runtime_error("inside knowledge");
    if (text == "fill") return fill(session);
    if (text == "bad text") return expect_invalid([&] { sessions.send(session, "\xff"); }, session);
    if (text == "bad code") return expect_invalid([&] { sessions.close(session, 1006); }, session);
    if (text == "leave") {
      sessions.close(session, 1000, "bye");
      if (sessions.send(session, "late") == collet::Sent::kClosed) host_.store().put("late", "refused");
      return;
    }
    const std::lock_guard lock(mutex_);
    std::string report;
    for (const auto result : sessions.broadcast(members_, text))
      report += result == collet::Sent::kQueued ? 'q' : result == collet::Sent::kFull ? 'f' : 'c';
    sessions.send(session, report);
  }
  void binary(SessionId session, std::string_view bytes) override {
    host_.sessions().send_binary(session, std::string(bytes.rbegin(), bytes.rend()));
  }
  void drained(SessionId session) override { host_.sessions().send(session, "drained"); }
  void closed(SessionId session, int code) override {
    host_.store().put("closed", std::to_string(code));
    {
      const std::lock_guard lock(mutex_);
      std::erase(members_, session);
    }
  }
  bool is_full() const { return is_full_; }
  std::size_t members() {
    const std::lock_guard lock(mutex_);
    return members_.size();
  }

 private:
  void fill(SessionId session) {
    auto sessions = host_.sessions();
    const std::string big(100'000, 'x');
    int sent = 0;
    while (sessions.send(session, big) == collet::Sent::kQueued) ++sent;
    is_full_ = true;
    const auto budget = sessions.budget(session);
    host_.store().put("filled", std::to_string(sent));
    host_.store().put("queued", budget.queued <= budget.limit && budget.queued > 0 ? "bounded" : "unbounded");
  }
  template <class F>
  void expect_invalid(F f, SessionId session) {
    try {
      f();
    } catch (const collet::HostError& error) {
      host_.sessions().send(session, error.status() == COLLET_INVALID ? "invalid" : "other");
    }
  }

  collet::Host& host_;
  std::atomic<bool> is_full_ = false;
  std::mutex mutex_;
  std::vector<SessionId> members_;
};

class Rooms final : public collet::Plugin {
 public:
  void setup(collet::Setup& setup) override {
    auto room = std::make_unique<Room>(setup.host());
    setup.get("/api/room/members", [room = room.get()](const collet::Request&) {
      return collet::Response::json(std::to_string(room->members()));
    });
    setup.get("/api/room/full", [room = room.get()](const collet::Request&) {
      return collet::Response::json(room->is_full() ? "true" : "false");
    });
    setup.socket(
        "/sockets/room/{name}", std::move(room),
        {.query = R"({"type":"object","properties":{"mode":{"enum":["loud","quiet"]}}})", .binary = true});
    setup.socket("/sockets/plain", std::make_unique<Room>(setup.host()));
  }
};

}  // namespace

COLLET_PLUGIN(Rooms, "org.example.rooms", "1", "Rooms over WebSockets");
