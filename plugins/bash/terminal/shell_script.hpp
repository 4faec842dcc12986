#pragma once
#include <string>

#include "collet/detail/text.hpp"

namespace collet::bash {

/// The start-up file of a terminal's shell: what puts marks into its output (README.md). `nonce` is the
/// marks' own; `command_file` is where the shell reads a command's text from, `variable_pipe` a FIFO for what
/// only that command may see. With `load_bashrc` the user's ~/.bashrc comes first.
std::string shell_script(const std::string& nonce, const std::string& command_file,
                         const std::string& variable_pipe, bool load_bashrc);

/// What is typed at the prompt to run the text in the command file as command `number`; one line with its
/// end. `variables`: the shell has to read some from the pipe first (variables_text).
std::string typed_line(long number, bool variables);

/// Variables in the form in which the shell reads them: names and values, each with a NUL behind it, and an
/// empty name as the end. Names are names of variables, values hold no NUL.
std::string variables_text(const Pairs& variables);

/// The text in single quotes, for the shell.
std::string quoted(const std::string& text);

}  // namespace collet::bash
