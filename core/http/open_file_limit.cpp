#include "http/open_file_limit.hpp"

#include <sys/resource.h>

#include <algorithm>

namespace collet::http {

std::size_t raise_open_file_limit() {
  // More would be of no use, and makes every "close all descriptors" loop slow where the hard limit is a
  // billion.
  constexpr rlim_t kEnough = 65'536;
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return 1024;
  const rlim_t wanted = std::min(limit.rlim_max, kEnough);
  if (limit.rlim_cur < wanted) {
    const rlimit raised{wanted, limit.rlim_max};
    if (::setrlimit(RLIMIT_NOFILE, &raised) == 0) limit = raised;
  }
  return static_cast<std::size_t>(limit.rlim_cur);
}

}  // namespace collet::http
