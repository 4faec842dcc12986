#pragma once
#include "collet/unique_fd.hpp"

namespace collet::bash {

/// A new terminal: our end (non-blocking) and the child's. Echo and output processing are off, line editing
/// and signal keys are on; wide, so that programs don't wrap their lines. Throws std::system_error.
struct Pty {
  UniqueFd master, slave;
};
Pty open_pty();

/// A terminal for people: as the system makes them, with echo.
Pty open_interactive_pty(int rows, int columns);
/// Tells the foreground of the terminal too (SIGWINCH).
void resize_pty(int master_fd, int rows, int columns);

/// Puts a terminal back into that state, whatever programs have done to it.
void restore_terminal_mode(int master_fd);

}  // namespace collet::bash
