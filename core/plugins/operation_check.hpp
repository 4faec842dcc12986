// Checks what a plugin's route says of itself, before it becomes a part of the API's document.
#pragma once
#include <string>
#include <string_view>

namespace collet::plugins {

/// What is wrong with an OpenAPI operation object, JSON text, one line; empty: nothing. Empty text is fine.
/// `pattern`: the route's, whose parameters it may describe. Pure.
std::string check_operation(std::string_view text, std::string_view pattern);

}  // namespace collet::plugins
