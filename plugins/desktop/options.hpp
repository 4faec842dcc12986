#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace collet::desktop {

/// What the config says (README.md has the keys).
struct Options {
  bool run = false;
  std::string host = "127.0.0.1";  ///< an IP address
  std::uint16_t port = 8002;       ///< of noVNC; 0: any free one, at each start
  std::string geometry = "1280x800";
  int display = 0;                       ///< the X server's number; 0: a free one
  std::string web = "/usr/share/novnc";  ///< noVNC's files
  std::vector<std::string> session;      ///< the window manager; empty: whichever is found
};

/// From the plugin's section, JSON that fits its schema. Throws InputError for what can't be used.
Options read_options(std::string_view config);

}  // namespace collet::desktop
