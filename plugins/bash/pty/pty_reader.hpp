// Reads and checks what clients of terminals send. Pure functions.
#pragma once
#include <string>
#include <string_view>
#include <variant>

#include "collet/http.hpp"
#include "pty/pty_session.hpp"

namespace collet::bash {

/// The body of a request for a terminal. `default_dir`: where it is opened, and what a relative `cwd` starts
/// from. Throws a Refusal (415, 422).
PtyRequest read_pty_request(const Request& request, const std::string& default_dir);

/// What a text message on a terminal's socket asks for.
struct PtyInput {
  std::string text;
};
struct PtyResize {
  int rows = 0, columns = 0;
};
struct PtySignal {
  int number = 0;
};
using PtyMessage = std::variant<PtyInput, PtyResize, PtySignal>;

/// Throws InputError with one line that says what is wrong.
PtyMessage read_pty_message(std::string_view text);

}  // namespace collet::bash
