#pragma once
#include <functional>
#include <future>
#include <memory>
#include <utility>

#include "conversation/conversation.hpp"

namespace collet::conversation {

/// Blocks until a command has called back; `command` gets the function that it must call. Not on a
/// conversation's own thread, which would wait for itself.
inline Result<void> wait_for(const std::function<void(Conversation::Done)>& command) {
  const auto promise = std::make_shared<std::promise<Result<void>>>();
  auto answer = promise->get_future();
  command([promise](Result<void> result) { promise->set_value(std::move(result)); });
  return answer.get();
}

}  // namespace collet::conversation
