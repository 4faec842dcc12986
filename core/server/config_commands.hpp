// `collet config …`: what a server would be started with, without starting one.
#pragma once
#include <map>
#include <string>

namespace collet::server {

/// Prints each key, its value and where that comes from; secrets are masked. `as_json`: an array of
/// {"key","value","from"}. The exit status: 1 when the configuration cannot be read.
int show_config(const std::map<std::string, std::string>& flags, bool as_json);

/// Checks all that a start would check of the configuration: keys, types, ranges, session keys, whether the
/// address may be listened on, and each plugin's section against the schema that the plugin states. Prints
/// what is wrong, and the variables that have no effect. The exit status: 0 when a server would take it.
int check_config(const std::map<std::string, std::string>& flags);

}  // namespace collet::server
