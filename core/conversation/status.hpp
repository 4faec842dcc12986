// The execution_status of a conversation.
#pragma once
#include <optional>
#include <string_view>

namespace collet::conversation {

enum class Status { kIdle, kRunning, kPaused, kWaiting, kFinished, kError, kStuck, kDeleting };
std::string_view name_of(Status status);  ///< "waiting_for_confirmation", …
std::optional<Status> status_named(std::string_view name);

}  // namespace collet::conversation
