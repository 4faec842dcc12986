#pragma once
#include <cstdio>
#include <string>

namespace collet::server {

/// How a command of the command line fails: says why, and returns the exit status.
inline int fail(const std::string& message) {
  std::fprintf(stderr, "collet: %s\n", message.c_str());
  return 1;
}

}  // namespace collet::server
