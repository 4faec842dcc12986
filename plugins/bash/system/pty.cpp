#include "system/pty.hpp"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <termios.h>

#include <cerrno>
#include <cstdlib>
#include <system_error>

namespace collet::bash {
namespace {

constexpr unsigned short kRows = 50;
constexpr unsigned short kColumns = 1000;

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

}  // namespace

Pty open_pty() {
  Pty pty;
  pty.master.reset(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK));
  char name[128];
  if (!pty.master.valid() || ::grantpt(pty.master.get()) != 0 || ::unlockpt(pty.master.get()) != 0 ||
      ::ptsname_r(pty.master.get(), name, sizeof(name)) != 0)
    throw_errno();
  pty.slave.reset(::open(name, O_RDWR | O_NOCTTY | O_CLOEXEC));
  if (!pty.slave.valid()) throw_errno();
  const termios mode = plain_mode();
  winsize size{};
  size.ws_row = kRows, size.ws_col = kColumns;
  if (::tcsetattr(pty.slave.get(), TCSANOW, &mode) != 0 || ::ioctl(pty.slave.get(), TIOCSWINSZ, &size) != 0)
    throw_errno();
  return pty;
}

void restore_terminal_mode(int master_fd) {
  const termios mode = plain_mode();
  ::tcsetattr(master_fd, TCSANOW, &mode);  // on Linux this is the child's side; fails when that is gone
}

}  // namespace collet::bash
