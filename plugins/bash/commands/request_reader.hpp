// Reads and checks what the routes are given; a problem is the ready 422 answer. Pure functions.
#pragma once
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "collet/http.hpp"
#include "commands/command_service.hpp"
#include "commands/event_history.hpp"

namespace collet::bash {

/// A value, or the answer that says why there is none.
template <class T>
class Read {
 public:
  Read(T value) : state_(std::move(value)) {}             // NOLINT: implicit on purpose
  Read(Response problem) : state_(std::move(problem)) {}  // NOLINT: implicit on purpose
  explicit operator bool() const { return state_.index() == 0; }
  const T& value() const { return std::get<0>(state_); }
  const Response& problem() const { return std::get<1>(state_); }

 private:
  std::variant<T, Response> state_;
};

Read<CommandRequest> read_command(std::string_view body);
/// What is wrong with a command that came through the socket, as its error event says it.
struct SocketProblem {
  std::string code;    ///< "JSONDecodeError", "ValidationError"
  std::string detail;  ///< lines for people
};
SocketProblem socket_problem(const Response& problem);
Read<EventSearch> read_search(const Pairs& query);
Read<std::vector<std::string>> read_ids(std::string_view body);

}  // namespace collet::bash
