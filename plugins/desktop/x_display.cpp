#include "x_display.hpp"

#include <signal.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <system_error>

namespace collet::desktop {
namespace {

namespace fs = std::filesystem;

// Whether a server holds the lock. One that was killed leaves it behind, and the next one takes it over.
bool is_locked(const std::string& lock) {
  std::ifstream in(lock);
  int pid = 0;
  if (!in.is_open()) return false;
  return !(in >> pid) || pid <= 0 || ::kill(pid, 0) == 0 || errno == EPERM;
}

void add(std::string& out, std::string_view bytes) {
  out += static_cast<char>(bytes.size() >> 8U);
  out += static_cast<char>(bytes.size() & 255U);
  out += bytes;
}

}  // namespace

int free_display(const std::string& temporary) {
  for (int number = 1; number < 100; ++number) {
    const std::string lock = temporary + "/.X" + std::to_string(number) + "-lock";
    const std::string socket = temporary + "/.X11-unix/X" + std::to_string(number);
    std::error_code failed;
    const bool has_lock = fs::exists(lock, failed);
    // A socket without a lock is a server's that can't be seen from here, as in a container.
    if (has_lock ? !is_locked(lock) : !fs::exists(socket, failed)) return number;
  }
  throw std::runtime_error("the displays 1 to 99 are all taken");
}

std::string authority(std::string_view cookie) {
  std::string file = "\xff\xff";  // any host
  add(file, "");
  add(file, "");  // any display
  add(file, "MIT-MAGIC-COOKIE-1");
  add(file, cookie);
  return file;
}

}  // namespace collet::desktop
