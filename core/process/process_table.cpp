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

#include "collet/unique_fd.hpp"

namespace collet::process {
namespace {

constexpr std::size_t kEnvironmentLimit = 4U << 20;  // Linux itself takes less
constexpr std::size_t kChildrenLimit = 64U << 20;

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

std::string number_path(pid_t pid, const char* rest) { return "/proc/" + std::to_string(pid) + rest; }

// Calls `each` with the numbers that are names in a folder.
template <class F>
void for_numbers_in(const std::string& path, F each) {
  const std::unique_ptr<DIR, int (*)(DIR*)> folder(::opendir(path.c_str()), &::closedir);
  while (folder != nullptr) {
    const dirent* entry = ::readdir(folder.get());
    if (entry == nullptr) return;
    const std::string_view name(entry->d_name);
    int number = 0;
    if (std::from_chars(name.data(), name.data() + name.size(), number).ptr == name.data() + name.size())
      each(number);
  }
}

// Whether the system lists a process's children (CONFIG_PROC_CHILDREN).
bool lists_children() {
  static const bool kLists = ::access("/proc/thread-self/children", R_OK) == 0;
  return kLists;
}

void add_children(pid_t parent, std::vector<ProcessInfo>& found) {
  for_numbers_in(number_path(parent, "/task"), [&](int thread) {
    const std::string text =
        read_file(parent, ("task/" + std::to_string(thread) + "/children").c_str(), kChildrenLimit);
    for (const char *at = text.data(), *end = at + text.size(); at < end;) {
      int pid = 0;
      const auto [rest, error] = std::from_chars(at, end, pid);
      if (error == std::errc())
        if (const ProcessInfo info = read_process(pid); info.pid != 0) found.push_back(info);
      at = rest + 1;
    }
  });
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

// By the lists of children where there are such: a machine may have many processes that are not ours. A list
// may lack somebody whose older brother was reaped while it was read; but our own children only we reap.
std::vector<ProcessInfo> descendants_of(pid_t root) {
  std::vector<ProcessInfo> found;
  if (lists_children()) {
    add_children(root, found);
    for (std::size_t i = 0; i < found.size(); ++i) add_children(pid_t{found[i].pid}, found);
    return found;
  }
  std::vector<ProcessInfo> all;
  for_numbers_in("/proc", [&](int pid) {
    if (const ProcessInfo info = read_process(pid); info.pid != 0) all.push_back(info);
  });
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
