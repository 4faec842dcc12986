// Control groups, where the system lets us have some: a tree of processes that nothing gets out of, and a
// limit for how many there may be. Single-threaded use, in the helper process. Nothing here fails: what does
// not work is not there.
#pragma once
#include <sys/types.h>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "collet/unique_fd.hpp"

namespace collet::process {

class Cgroups {
 public:
  Cgroups() = default;
  ~Cgroups();  ///< removes our groups, as far as they are empty
  Cgroups(const Cgroups&) = delete;
  Cgroups& operator=(const Cgroups&) = delete;

  /// Makes our own group beside this process, where that is possible (version 2, with cgroup.kill), and
  /// removes what an earlier helper that was killed has left there.
  void open();
  bool is_open() const { return !folder_.empty(); }
  /// At most that many processes and threads in all trees together. False: the system does not let us.
  bool limit(int processes);

  /// A group for a tree: the descriptor to start its first process in. -1: there are no groups.
  int add(std::uint64_t tree);
  std::vector<pid_t> members(std::uint64_t tree) const;
  void kill(std::uint64_t tree);
  /// Forgets the group. False: somebody is still in it.
  bool remove(std::uint64_t tree);

 private:
  struct Group {
    std::string path;
    UniqueFd folder;
    bool killed = false;
  };
  bool limit_by_version_1(int processes);

  std::string folder_;       // of our group; empty: none
  std::string pids_folder_;  // the same of version 1's controller of process counts
  std::map<std::uint64_t, Group> trees_;
  std::vector<Group>
      spare_;  // empty ones, for the next trees: making one takes longer than starting a program
  std::uint64_t made_ = 0;
};

}  // namespace collet::process
