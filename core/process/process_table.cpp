#include "process/process_table.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>

#include "base/unique_fd.hpp"

namespace collet::process {
namespace {

constexpr std::size_t kEnvironmentLimit = 4U << 20;  // Linux itself takes less

std::string read_file(pid_t pid, const char* name, std::size_t limit) {
  char path[64];
  std::snprintf(path, sizeof path, "/proc/%d/%s", static_cast<int>(pid), name);
  const UniqueFd file(::open(path, O_RDONLY | O_CLOEXEC));
  std::string text;
  char buffer[4096];
  while (file.valid() && text.size() < limit) {
    const ssize_t got = ::read(file.get(), buffer, sizeof buffer);
    if (got <= 0) break;
    text.append(buffer, static_cast<std::size_t>(got));
  }
  return text;
}

}  // namespace

ProcessInfo read_process(pid_t pid) {
  const std::string stat = read_file(pid, "stat", 4096);
  // The name is in parentheses and may hold anything, parentheses included.
  const auto name_end = stat.rfind(')');
  if (name_end == std::string::npos) return {};
  char state = 0;
  int parent = 0, group = 0, session = 0, terminal = 0, foreground = 0;
  if (std::sscanf(stat.c_str() + name_end + 1, " %c %d %d %d %d %d", &state, &parent, &group, &session,
                  &terminal, &foreground) != 6)
    return {};
  return {pid, parent, session, foreground, state != 'Z' && state != 'X'};
}

std::vector<ProcessInfo> descendants_of(pid_t root) {
  std::vector<ProcessInfo> all;
  const std::unique_ptr<DIR, int (*)(DIR*)> folder(::opendir("/proc"), &::closedir);
  while (folder != nullptr) {
    const dirent* entry = ::readdir(folder.get());
    if (entry == nullptr) break;
    const std::string_view name(entry->d_name);
    int pid = 0;
    if (std::from_chars(name.data(), name.data() + name.size(), pid).ptr != name.data() + name.size())
      continue;
    if (const ProcessInfo info = read_process(pid); info.pid != 0) all.push_back(info);
  }
  std::vector<ProcessInfo> found;
  const auto take_children_of = [&](pid_t parent) {
    for (const auto& info : all)
      if (info.parent == parent) found.push_back(info);
  };
  take_children_of(root);
  for (std::size_t i = 0; i < found.size(); ++i) take_children_of(found[i].pid);
  return found;
}

bool has_environment(pid_t pid, std::string_view entry) {
  const std::string text = read_file(pid, "environ", kEnvironmentLimit);
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\0', at), text.size());
    if (std::string_view(text).substr(at, end - at) == entry) return true;
    at = end + 1;
  }
  return false;
}

}  // namespace collet::process
