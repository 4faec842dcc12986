#include "commands/event_socket.hpp"

#include <exception>
#include <memory>
#include <string>
#include <utility>

#include "collet/json.hpp"
#include "commands/request_reader.hpp"

namespace collet::bash {
namespace {

constexpr char kQuery[] = R"({"type":"object","properties":{"resend_mode":{"enum":["all"]},)"
                          R"("resend_all":{"enum":["true","True","1","false","False","0"]}}})";

class EventSocket final : public SocketEndpoint {
 public:
  explicit EventSocket(std::function<EventSocketParts()> parts) : parts_(std::move(parts)) {}

  void open(SessionId session, const Request& request) override {
    const auto old = request.query_value("resend_all").value_or("");
    const bool all =
        request.query_value("resend_mode") == "all" || old == "true" || old == "True" || old == "1";
    parts_().feed.add(session, all);
  }
  void message(SessionId session, std::string_view text) override {
    const auto read = read_command(text);
    if (!read) return fail(session, socket_problem(read.problem()));
    try {
      parts_().commands.start(read.value());
    } catch (const CommandService::TooMany& error) {
      fail(session, {"TooManyCommands", error.what()});
    } catch (const std::exception& error) {
      fail(session, {"StoreError", error.what()});
    }
  }
  void drained(SessionId session) override { parts_().feed.drained(session); }
  void closed(SessionId session, int) override { parts_().feed.remove(session); }

 private:
  void fail(SessionId session, SocketProblem problem) {
    parts_().feed.tell(session, to_json(BashError{new_id(), now_micros(), std::move(problem.code),
                                                  std::move(problem.detail)}));
  }

  const std::function<EventSocketParts()> parts_;
};

}  // namespace

void add_event_socket(Setup& setup, std::function<EventSocketParts()> parts) {
  setup.socket("/sockets/bash-events", std::make_unique<EventSocket>(std::move(parts)), {.query = kQuery});
}

}  // namespace collet::bash
