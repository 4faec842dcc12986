// What a desktop is made of, as far as it is installed.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "options.hpp"

namespace collet::desktop {

struct DesktopPrograms {
  std::string x_server;
  std::string websockify;
  std::vector<std::string> session;
  std::vector<std::string> missing;  ///< for people, each with the Debian package that has it
};

/// `path`: folders, as in the variable PATH. Looks at files. Any thread.
DesktopPrograms find_programs(const Options& options, std::string_view path);

}  // namespace collet::desktop
