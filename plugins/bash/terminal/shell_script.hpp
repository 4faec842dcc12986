#pragma once
#include <string>

#include "collet/detail/text.hpp"

namespace collet::bash {

/// The start-up file of a terminal's shell: what puts marks into its output (README.md). `nonce` is the
/// marks' own; `command_pipe` is the FIFO where the shell reads a command from (handed_over_text). With
/// `load_bashrc` the user's ~/.bashrc comes first.
std::string shell_script(const std::string& nonce, const std::string& command_pipe, bool load_bashrc);

/// What is typed at the prompt to run what is in the pipe as command `number`; one line with its end.
std::string typed_line(long number);

/// A command and the variables that are lent to it in the form in which the shell reads them: names and
/// values, each with a NUL behind it, an empty name as their end, the command. Names are names of variables,
/// the rest holds no NUL.
std::string handed_over_text(const std::string& command, const Pairs& variables);

/// Whether a variable of this name can be lent to a command: not when the shell needs it itself.
bool can_be_lent(const std::string& name);

/// The text in single quotes, for the shell.
std::string quoted(const std::string& text);

}  // namespace collet::bash
