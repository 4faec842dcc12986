// `collet openapi`: prints the API's document, plugins' routes included, and returns the exit status.
#pragma once
#include <map>
#include <string>

namespace collet::server {

/// Loads the plugins that the configuration leads to, but starts and opens nothing of the server's own: it
/// works beside a running server. Launches a process, so call it while there is one thread.
int print_openapi(const std::map<std::string, std::string>& flags);

}  // namespace collet::server
