#include "conversation/status.hpp"

#include <array>
#include <utility>

namespace collet::conversation {
namespace {

constexpr std::array<std::pair<Status, std::string_view>, 8> kNames = {
    {{Status::kIdle, "idle"},
     {Status::kRunning, "running"},
     {Status::kPaused, "paused"},
     {Status::kWaiting, "waiting_for_confirmation"},
     {Status::kFinished, "finished"},
     {Status::kError, "error"},
     {Status::kStuck, "stuck"},
     {Status::kDeleting, "deleting"}}};

}  // namespace

std::string_view name_of(Status status) {
  for (const auto& [value, name] : kNames)
    if (value == status) return name;
  return "idle";
}

std::optional<Status> status_named(std::string_view text) {
  for (const auto& [value, name] : kNames)
    if (name == text) return value;
  return std::nullopt;
}

}  // namespace collet::conversation
