// Events are stored without their null members; one event read by itself shows them. This adds them back.
#pragma once
#include <string>
#include <string_view>

namespace collet::events {

/// The event's text with the null members that its kind and the kinds inside it (message, action,
/// observation, tools …) have, in their places. Unknown kinds and members stay as they are. Any thread; pure.
std::string with_null_fields(std::string_view kind, std::string_view body);

}  // namespace collet::events
