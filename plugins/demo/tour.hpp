// The demo's script. It keeps no state: where it is follows from the messages.
#pragma once
#include <string>

namespace collet::demo {

/// Answers one chat-completion request: the tour's next step as a chat completion. The same request always
/// gives the same answer, but for `created`. Any thread. Throws std::invalid_argument for what is no such
/// request.
std::string next_step(const std::string& request);

}  // namespace collet::demo
