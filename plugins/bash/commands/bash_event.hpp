// What the command routes store and answer, in the wire's form. Pure functions.
#pragma once
#include <optional>
#include <string>

#include "system/identity.hpp"

namespace collet::bash {

struct BashCommand {
  std::string id;
  Micros timestamp = 0;
  std::string command;
  std::optional<std::string> cwd;
  std::int64_t timeout = 300;  ///< seconds
};

struct BashOutput {
  std::string id;
  Micros timestamp = 0;
  std::string command_id;
  int order = 0;
  std::optional<int> exit_code;  ///< with the last one
  std::string out, err;          ///< empty: null on the wire
};

/// Goes to the socket whose message was wrong, and is not stored.
struct BashError {
  std::string id;
  Micros timestamp = 0;
  std::string code, detail;
};

std::string to_json(const BashCommand& event);
std::string to_json(const BashOutput& event);
std::string to_json(const BashError& event);

}  // namespace collet::bash
