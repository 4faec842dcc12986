#pragma once
#include <string>

namespace collet::bash {

/// The start-up file of a terminal's shell: what puts marks into its output (README.md). `nonce` is the
/// marks' own; `command_file` is where the shell reads a command's text from. With `load_bashrc` the user's
/// ~/.bashrc comes first.
std::string shell_script(const std::string& nonce, const std::string& command_file, bool load_bashrc);

/// What is typed at the prompt to run the text in the command file as command `number`; one line with its
/// end.
std::string typed_line(long number);

/// The text in single quotes, for the shell.
std::string quoted(const std::string& text);

}  // namespace collet::bash
