// Finds what somebody probably meant.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace collet::plugins {

/// The known word with the fewest edits to `word`; empty when none is near enough to be meant. Pure.
std::string nearest(std::string_view word, const std::vector<std::string>& known);

/// " (did you mean 'x'?)", or nothing. Pure.
std::string suggestion(std::string_view word, const std::vector<std::string>& known);

}  // namespace collet::plugins
