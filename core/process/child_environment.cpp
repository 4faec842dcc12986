#include <fnmatch.h>
#include <unistd.h>

#include <string>
#include <string_view>
#include <vector>

#include "process/spawner.hpp"

namespace collet::process {
namespace {

// What only Collet itself may know. Patterns of variable names.
constexpr const char* kOwn[] = {"COLLET_*", "SESSION_API_KEY*", "OH_SECRET*",
                                "OH_*KEY*", "OH_*TOKEN*",       "OH_*PASSWORD*"};

bool is_own(const std::string& name) {
  for (const char* pattern : kOwn)
    if (::fnmatch(pattern, name.c_str(), 0) == 0) return true;
  return false;
}

}  // namespace

std::vector<std::string> child_environment() {
  std::vector<std::string> kept;
  for (char** entry = ::environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    if (!is_own(std::string(text.substr(0, text.find('='))))) kept.emplace_back(text);
  }
  return kept;
}

}  // namespace collet::process
