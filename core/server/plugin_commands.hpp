// `collet plugins list` and `collet plugins check`: look at plugins, print, and return the exit status. Both
// load them as the server would, but start none, and in a child process (dry_load.hpp).
#pragma once
#include <map>
#include <string>
#include <vector>

namespace collet::server {

/// All plugins that the configuration leads to; those that are switched off are not opened. 0, or 1 when the
/// configuration is wrong or an enabled one is refused.
int list_plugins(const std::map<std::string, std::string>& flags, bool as_json);
/// The files given, each as if it were the only one, switched on, and configured by its section of the
/// configuration. 0 when all of them would be loaded.
int check_plugins(const std::map<std::string, std::string>& flags, const std::vector<std::string>& files,
                  bool as_json);

}  // namespace collet::server
