#pragma once
#include <string>
#include <string_view>

namespace collet::tools {

/// The host's catalogue (JSON array of {name, listed, …}) -> the JSON array of the listed tools' names, in
/// the same order. Throws std::invalid_argument when it is no such array. Pure.
std::string listed_names(std::string_view catalogue);

}  // namespace collet::tools
