// `collet plugins list` and `collet plugins check`: look at plugin files, print, and return the exit status.
#pragma once
#include <map>
#include <string>
#include <vector>

namespace collet::server {

/// All plugins that the configuration leads to. 0, or 1 when the configuration is wrong or an enabled one is
/// refused.
int list_plugins(const std::map<std::string, std::string>& flags);
/// The files given. 0 when all of them would be loaded.
int check_plugins(const std::vector<std::string>& files);

}  // namespace collet::server
