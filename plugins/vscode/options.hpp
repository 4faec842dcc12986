#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace collet::vscode {

/// What the config says (README.md has the keys).
struct Options {
  bool run = true;
  std::string command;                 ///< a name or a path; empty: whichever is found
  std::vector<std::string> arguments;  ///< more for the program
  std::string host = "127.0.0.1";      ///< an IP address
  std::uint16_t port = 8001;           ///< 0: any free one, at each start
  std::string base_path;               ///< "/a/b"; empty: none
  std::string folder = "workspace";
  std::string access_token;  ///< empty: a new random one at each start
  bool accept_license_terms = false;
};

/// From the plugin's section, JSON that fits its schema. Throws InputError for what can't be used.
Options read_options(std::string_view config);

}  // namespace collet::vscode
