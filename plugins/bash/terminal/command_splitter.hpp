#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace collet::bash {

/// The commands of a script that stand on lines of their own at the top level, each without space around it
/// and without comment lines. One command may take many lines: quotes, here-documents, compound commands,
/// line ends behind an operator or a backslash. A text that is not understood counts as one command; the
/// shell knows better. Pure.
std::vector<std::string> split_commands(std::string_view script);

}  // namespace collet::bash
