#include "process/cgroup.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <csignal>
#include <fstream>
#include <memory>
#include <sstream>
#include <string_view>
#include <utility>

namespace collet::process {
namespace {

constexpr std::size_t kMostSpare = 16;
constexpr std::string_view kPrefix = "collet-";  // then the helper's process id

bool write_to(const std::string& path, std::string_view text) {
  const UniqueFd file(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
  return file.valid() && ::write(file.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size());
}

std::string read_from(const std::string& path) {
  std::string text;
  const UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  char buffer[4096];
  for (ssize_t got = 0; file.valid() && (got = ::read(file.get(), buffer, sizeof buffer)) > 0;)
    text.append(buffer, static_cast<std::size_t>(got));
  return text;
}

bool holds_word(std::string_view list, std::string_view word) {
  for (std::size_t at = 0; at <= list.size();) {
    const auto end = std::min(list.find(',', at), list.size());
    if (list.substr(at, end - at) == word) return true;
    at = end + 1;
  }
  return false;
}

// Our own group's folder in a hierarchy: version 2 (no controller named), or the one of a version 1
// controller.
std::string own_folder(std::string_view controller) {
  std::string own;  // "4:memory:/path", "0::/path"
  std::ifstream groups("/proc/self/cgroup");
  for (std::string line; own.empty() && std::getline(groups, line);) {
    const auto first = line.find(':'), second = line.find(':', first + 1);
    if (second == std::string::npos) continue;
    const auto names = std::string_view(line).substr(first + 1, second - first - 1);
    if (controller.empty() ? names.empty() : holds_word(names, controller)) own = line.substr(second + 1);
  }
  if (own.empty()) return {};
  // "36 35 0:31 /root /mount/point rw,… shared:1 - cgroup2 source options"
  std::ifstream mounts("/proc/self/mountinfo");
  for (std::string line; std::getline(mounts, line);) {
    const auto dash = line.find(" - ");
    if (dash == std::string::npos) continue;
    std::istringstream front(line.substr(0, dash)), back(line.substr(dash + 3));
    std::string skipped, root, point, type, source, options;
    front >> skipped >> skipped >> skipped >> root >> point;
    back >> type >> source >> options;
    const bool wanted =
        controller.empty() ? type == "cgroup2" : type == "cgroup" && holds_word(options, controller);
    if (!wanted || !own.starts_with(root)) continue;
    return point + "/" + own.substr(root.size());
  }
  return {};
}

std::vector<std::string> folders_in(const std::string& path) {
  std::vector<std::string> names;
  const std::unique_ptr<DIR, int (*)(DIR*)> folder(::opendir(path.c_str()), &::closedir);
  while (folder != nullptr) {
    const dirent* entry = ::readdir(folder.get());
    if (entry == nullptr) break;
    if (entry->d_type == DT_DIR && entry->d_name[0] != '.') names.emplace_back(entry->d_name);
  }
  return names;
}

void remove_with_groups_in(const std::string& path) {
  for (const auto& name : folders_in(path)) remove_with_groups_in(path + "/" + name);
  ::rmdir(path.c_str());
}

// Of helpers that were killed.
void remove_left_behind(const std::string& path) {
  for (const auto& name : folders_in(path)) {
    if (!name.starts_with(kPrefix)) continue;
    pid_t pid = 0;
    std::from_chars(name.data() + kPrefix.size(), name.data() + name.size(), pid);
    if (pid > 0 && ::kill(pid, 0) < 0 && errno == ESRCH) remove_with_groups_in(path + "/" + name);
  }
}

std::string new_folder(const std::string& parent) {
  const std::string path = parent + "/" + std::string(kPrefix) + std::to_string(::getpid());
  remove_left_behind(parent);
  return ::mkdir(path.c_str(), 0755) == 0 ? path : std::string();
}

}  // namespace

Cgroups::~Cgroups() {
  spare_.clear();
  trees_.clear();
  if (is_open()) remove_with_groups_in(folder_);
  if (pids_folder_.empty()) return;
  write_to(pids_folder_ + "/../cgroup.procs", "0");  // this process
  ::rmdir(pids_folder_.c_str());
}

void Cgroups::open() {
  const std::string own = own_folder("");
  if (own.empty()) return;
  folder_ = new_folder(own);
  if (is_open() && ::access((folder_ + "/cgroup.kill").c_str(), W_OK) == 0) return;
  ::rmdir(folder_.c_str());
  folder_.clear();
}

bool Cgroups::limit(int processes) {
  if (is_open()) {
    // Only at the root of all: elsewhere groups below one that has processes could not be used any more.
    if (::access((folder_ + "/../cgroup.type").c_str(), F_OK) != 0)
      write_to(folder_ + "/../cgroup.subtree_control", "+pids");
    if (write_to(folder_ + "/pids.max", std::to_string(processes))) return true;
  }
  return limit_by_version_1(processes);
}

// There a process must move itself, which takes long. So the helper does it once, and its children are where
// it is. It counts too.
bool Cgroups::limit_by_version_1(int processes) {
  if (pids_folder_.empty()) {
    const std::string own = own_folder("pids");
    if (own.empty()) return false;
    pids_folder_ = new_folder(own);
  }
  if (pids_folder_.empty()) return false;
  return write_to(pids_folder_ + "/pids.max", std::to_string(processes + 1)) &&
         write_to(pids_folder_ + "/cgroup.procs", "0");
}

int Cgroups::add(std::uint64_t tree) {
  if (!is_open()) return -1;
  if (!spare_.empty()) {
    const auto [place, added] = trees_.emplace(tree, std::move(spare_.back()));
    spare_.pop_back();
    return place->second.folder.get();
  }
  Group group;
  group.path = folder_ + "/" + std::to_string(++made_);
  if (::mkdir(group.path.c_str(), 0755) != 0) return -1;
  group.folder.reset(::open(group.path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!group.folder.valid()) return -1;
  return trees_.emplace(tree, std::move(group)).first->second.folder.get();
}

std::vector<pid_t> Cgroups::members(std::uint64_t tree) const {
  const auto found = trees_.find(tree);
  if (found == trees_.end()) return {};
  std::vector<pid_t> pids;
  std::istringstream lines(read_from(found->second.path + "/cgroup.procs"));
  for (pid_t pid = 0; lines >> pid;) pids.push_back(pid);
  return pids;
}

void Cgroups::kill(std::uint64_t tree) {
  const auto found = trees_.find(tree);
  if (found == trees_.end()) return;
  found->second.killed = true;
  write_to(found->second.path + "/cgroup.kill", "1");
}

bool Cgroups::remove(std::uint64_t tree) {
  const auto found = trees_.find(tree);
  if (found == trees_.end()) return true;
  const std::string& path = found->second.path;
  if (read_from(path + "/cgroup.events").find("populated 1") != std::string::npos) return false;
  const bool plain = folders_in(path).empty();  // a program may have made groups of its own
  // Some kernels (6.18) kill whatever is started in a group that was killed once.
  if (plain && !found->second.killed && spare_.size() < kMostSpare)
    spare_.push_back(std::move(found->second));
  else
    remove_with_groups_in(path);
  trees_.erase(found);
  return true;
}

}  // namespace collet::process
