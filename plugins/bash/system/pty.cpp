#include "system/pty.hpp"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <termios.h>

#include <cerrno>
#include <cstdlib>
#include <system_error>

namespace collet::bash {
namespace {

constexpr int kRows = 50;
constexpr int kColumns = 1000;

termios plain_mode() {
  termios mode{};
  mode.c_iflag = ICRNL | IUTF8;
  mode.c_oflag = 0;
  mode.c_cflag = CS8 | CREAD | B38400;
  mode.c_lflag = ISIG | ICANON | IEXTEN;
  mode.c_cc[VINTR] = 3;
  mode.c_cc[VQUIT] = 28;
  mode.c_cc[VERASE] = 127;
  mode.c_cc[VKILL] = 21;
  mode.c_cc[VEOF] = 4;
  mode.c_cc[VSUSP] = 26;
  mode.c_cc[VSTART] = 17;
  mode.c_cc[VSTOP] = 19;
  mode.c_cc[VWERASE] = 23;
  mode.c_cc[VREPRINT] = 18;
  mode.c_cc[VLNEXT] = 22;
  mode.c_cc[VMIN] = 1;
  return mode;
}

[[noreturn]] void throw_errno() {
  throw std::system_error(errno, std::generic_category(), "cannot open a terminal");
}

winsize size_of(int rows, int columns) {
  winsize size{};
  size.ws_row = static_cast<unsigned short>(rows);
  size.ws_col = static_cast<unsigned short>(columns);
  return size;
}

Pty open_with(int rows, int columns) {
  Pty pty;
  pty.master.reset(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK));
  char name[128];
  if (!pty.master.valid() || ::grantpt(pty.master.get()) != 0 || ::unlockpt(pty.master.get()) != 0 ||
      ::ptsname_r(pty.master.get(), name, sizeof(name)) != 0)
    throw_errno();
  pty.slave.reset(::open(name, O_RDWR | O_NOCTTY | O_CLOEXEC));
  if (!pty.slave.valid()) throw_errno();
  const winsize size = size_of(rows, columns);
  if (::ioctl(pty.slave.get(), TIOCSWINSZ, &size) != 0) throw_errno();
  return pty;
}

}  // namespace

Pty open_pty() {
  Pty pty = open_with(kRows, kColumns);
  const termios mode = plain_mode();
  if (::tcsetattr(pty.slave.get(), TCSANOW, &mode) != 0) throw_errno();
  return pty;
}

Pty open_interactive_pty(int rows, int columns) {
  Pty pty = open_with(rows, columns);
  termios mode{};
  if (::tcgetattr(pty.slave.get(), &mode) != 0) throw_errno();
  mode.c_iflag |= IUTF8;  // erasing a character takes all its bytes
  if (::tcsetattr(pty.slave.get(), TCSANOW, &mode) != 0) throw_errno();
  return pty;
}

void resize_pty(int master_fd, int rows, int columns) {
  const winsize size = size_of(rows, columns);
  ::ioctl(master_fd, TIOCSWINSZ, &size);  // fails when the other side is gone
}

void restore_terminal_mode(int master_fd) {
  const termios mode = plain_mode();
  ::tcsetattr(master_fd, TCSANOW, &mode);  // on Linux this is the child's side; fails when that is gone
}

}  // namespace collet::bash
