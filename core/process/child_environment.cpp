#include <fnmatch.h>
#include <unistd.h>

#include <map>
#include <mutex>
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

// What was added. Not put into our own environment, which other threads may be reading.
struct Additions {
  std::mutex mutex;
  std::map<std::string, std::string> variables;
};
Additions& additions() {
  static Additions all;
  return all;
}

}  // namespace

std::vector<std::string> child_environment() {
  Additions& more = additions();
  const std::lock_guard lock(more.mutex);
  std::vector<std::string> kept;
  for (char** entry = ::environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    const std::string name(text.substr(0, text.find('=')));
    if (!is_own(name) && !more.variables.contains(name)) kept.emplace_back(text);
  }
  for (const auto& [name, value] : more.variables)
    if (!is_own(name)) kept.push_back(name + "=" + value);
  return kept;
}

void extend_child_environment(const std::map<std::string, std::string>& variables) {
  Additions& more = additions();
  const std::lock_guard lock(more.mutex);
  for (const auto& [name, value] : variables) more.variables[name] = value;
}

}  // namespace collet::process
