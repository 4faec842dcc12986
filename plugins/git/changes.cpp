#include "changes.hpp"

#include <dirent.h>
#include <sys/stat.h>

#include <algorithm>
#include <map>
#include <memory>
#include <string_view>
#include <utility>

#include "base_commit.hpp"
#include "collet/http.hpp"
#include "stat_notes.hpp"

namespace collet::git {
namespace {

constexpr std::size_t kMaxNested = 200;  // repositories below a folder

// libgit2's answer to a diff that the budget may have ended.
DiffHandle diffed(int code, git_diff* diff, const Budget& budget) {
  DiffHandle owned(diff);
  if (code == GIT_EUSER) budget.check();
  check(code);
  return owned;
}

DiffHandle tree_to_index(const Repository& repository, git_tree* tree, git_index* index, Budget& budget) {
  auto options = budget.diff_options();
  options.flags |= GIT_DIFF_INCLUDE_TYPECHANGE;
  git_diff* diff = nullptr;
  const int code = git_diff_tree_to_index(&diff, repository.get(), tree, index, &options);
  return diffed(code, diff, budget);
}

DiffHandle index_to_files(const Repository& repository, git_index* index, bool untracked, Budget& budget) {
  auto options = budget.diff_options();
  options.flags |= GIT_DIFF_INCLUDE_TYPECHANGE;
  if (untracked) options.flags |= GIT_DIFF_INCLUDE_UNTRACKED | GIT_DIFF_RECURSE_UNTRACKED_DIRS;
  git_diff* diff = nullptr;
  const int code = git_diff_index_to_workdir(&diff, repository.get(), index, &options);
  return diffed(code, diff, budget);
}

template <class Visit>
void each_delta(git_diff* diff, Visit visit) {
  for (std::size_t i = 0; i < git_diff_num_deltas(diff); ++i) visit(*git_diff_get_delta(diff, i));
}

const char* path_of(const git_diff_delta& delta) {
  return delta.new_file.path != nullptr ? delta.new_file.path : delta.old_file.path;
}

// Left out of the working tree on purpose (a sparse checkout); libgit2 takes it for deleted.
bool is_left_out(git_index* index, const char* path) {
  const auto* entry = git_index_get_bypath(index, path, 0);
  return entry != nullptr && (entry->flags_extended & GIT_INDEX_ENTRY_SKIP_WORKTREE) != 0;
}

// A file whose index entry differs from the commit and whose content differs from the index may be back at
// what it was in the commit.
bool is_as_before(const Repository& repository, const git_diff_delta& staged,
                  const git_diff_delta& unstaged) {
  if (staged.old_file.mode != unstaged.new_file.mode) return false;
  git_oid id;
  if (git_repository_hashfile(&id, repository.get(), unstaged.new_file.path, GIT_OBJECT_BLOB, nullptr) < 0)
    return false;
  return git_oid_equal(&id, &staged.old_file.id) != 0;
}

// The working tree against the index, and whether anything differs from HEAD in tracked files.
class WorkingTree {
 public:
  WorkingTree(Repository& repository, bool untracked, Budget& budget)
      : repository_(repository), budget_(budget), index_(repository.index()) {
    std::optional<StatNotes> notes;
    if (repository.read_much()) notes.emplace(index_.get(), repository.top());
    files_ = index_to_files(repository, index_.get(), untracked, budget);
    repository.set_read_much(has_read_much(files_.get()));
    each_delta(files_.get(), [&](const git_diff_delta& delta) {
      const char* path = path_of(delta);
      if (delta.status == GIT_DELTA_UNTRACKED)
        untracked_.emplace_back(path);
      else if (delta.status != GIT_DELTA_DELETED || !is_left_out(index_.get(), path))
        unstaged_.emplace(path, &delta);
    });
    if (notes) notes->settle(index_.get(), [&](const char* path) { return unstaged_.contains(path); });
  }

  bool tracked_changes() const {
    if (!unstaged_.empty()) return true;
    const auto head = repository_.head();
    return git_diff_num_deltas(staged_against(head).get()) > 0;
  }

  // Tracked files against a commit, as `git diff COMMIT` compares them; nothing: the empty tree.
  std::vector<Change> tracked(const std::optional<git_oid>& base) const {
    std::vector<Change> changes;
    auto left = unstaged_;
    const auto staged = staged_against(base);
    each_delta(staged.get(), [&](const git_diff_delta& delta) {
      const auto found = left.find(path_of(delta));
      const auto* unstaged = found == left.end() ? nullptr : found->second;
      if (found != left.end()) left.erase(found);
      if (const auto status = status_of(delta, unstaged)) changes.push_back({*status, path_of(delta)});
    });
    for (const auto& [path, delta] : left)
      changes.push_back({delta->status == GIT_DELTA_DELETED ? Status::kDeleted : Status::kUpdated, path});
    return changes;
  }

  /// From the top of the repository; what is a repository itself has a slash at its end.
  const std::vector<std::string>& untracked() const { return untracked_; }

 private:
  DiffHandle staged_against(const std::optional<git_oid>& commit) const {
    const auto tree = commit ? repository_.tree(*commit) : TreeHandle();
    return tree_to_index(repository_, tree.get(), index_.get(), budget_);
  }

  std::optional<Status> status_of(const git_diff_delta& staged, const git_diff_delta* unstaged) const {
    const bool is_gone = unstaged != nullptr && unstaged->status == GIT_DELTA_DELETED;
    switch (staged.status) {
      case GIT_DELTA_ADDED:
        return is_gone ? std::nullopt : std::optional(Status::kAdded);
      case GIT_DELTA_DELETED:
        return Status::kDeleted;
      case GIT_DELTA_MODIFIED:
      case GIT_DELTA_TYPECHANGE:
        if (is_gone) return Status::kDeleted;
        if (unstaged != nullptr && is_as_before(repository_, staged, *unstaged)) return std::nullopt;
        return Status::kUpdated;
      default:  // a conflict
        return Status::kUpdated;
    }
  }

  const Repository& repository_;
  Budget& budget_;
  IndexHandle index_;
  DiffHandle files_;
  std::map<std::string, const git_diff_delta*> unstaged_;  // point into files_
  std::vector<std::string> untracked_;
};

// `place`: where the folder lies in the repository.
std::vector<Change> changes_of(Repository& repository, const std::string& place,
                               const std::optional<std::string>& ref, Budget& budget) {
  const WorkingTree files(repository, true, budget);
  const auto base = base_commit(repository, ref, [&] { return files.tracked_changes(); });
  auto changes = files.tracked(base);
  const std::string below = place.empty() ? "" : place + "/";
  for (std::string path : files.untracked()) {
    if (path.ends_with('/')) path.pop_back();
    if (path.starts_with(below)) changes.push_back({Status::kAdded, path.substr(below.size())});
  }
  return changes;
}

// The names of folders right below that are repositories; hidden ones and links are not looked at.
std::vector<std::string> repositories_below(const std::string& folder) {
  std::vector<std::string> names;
  const Owned<DIR, ::closedir> stream(::opendir(folder.c_str()));
  if (!stream) return names;
  while (const dirent* entry = ::readdir(stream.get())) {
    if (entry->d_name[0] == '.' || (entry->d_type != DT_DIR && entry->d_type != DT_UNKNOWN)) continue;
    const std::string path = folder + "/" + entry->d_name;
    struct stat info = {};
    if (::lstat(path.c_str(), &info) != 0 || !S_ISDIR(info.st_mode)) continue;
    if (::lstat((path + "/.git").c_str(), &info) == 0) names.emplace_back(entry->d_name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

bool is_in(const std::string& path, const std::string& folder) {
  return path.starts_with(folder) && (path.size() == folder.size() || path[folder.size()] == '/');
}

// Replaces what the outer repository says of a folder by what the repository there says.
void add_nested(std::vector<Change>& changes, Repositories& repositories, const std::string& folder,
                const std::string& name, const std::optional<std::string>& ref, Budget& budget) {
  std::vector<Change> inner;
  try {
    auto repository = repositories.at(folder + "/" + name);
    if (!repository) return;
    inner = changes_of(*repository, "", ref, budget);
  } catch (const GitError&) {  // damaged: the outer one is shown all the same
    return;
  } catch (const Refusal&) {  // it does not have the ref, say
    budget.check();
  }
  std::erase_if(changes, [&](const Change& change) { return is_in(change.path, name); });
  for (auto& change : inner) changes.push_back({change.status, name + "/" + change.path});
}

}  // namespace

std::optional<std::vector<Change>> working_tree_changes(Repositories& repositories, const std::string& folder,
                                                        const std::optional<std::string>& ref,
                                                        Budget& budget) {
  auto repository = repositories.around(folder);
  if (!repository) return std::nullopt;
  auto changes = changes_of(*repository, repository->place_of(folder), ref, budget);
  const auto nested = repositories_below(folder);
  if (nested.size() > kMaxNested)
    throw Refusal(400, "More than " + std::to_string(kMaxNested) + " repositories in one folder");
  for (const auto& name : nested) add_nested(changes, repositories, folder, name, ref, budget);
  std::stable_sort(changes.begin(), changes.end(),
                   [](const Change& a, const Change& b) { return a.path < b.path; });
  budget.check_count(changes.size());
  return changes;
}

std::vector<Change> commit_changes(const Repository& repository, const git_oid& commit, Budget& budget) {
  const auto parent = repository.first_parent(commit);
  const auto before = parent ? repository.tree(*parent) : TreeHandle();
  const auto after = repository.tree(commit);
  auto options = budget.diff_options();
  options.flags |= GIT_DIFF_INCLUDE_TYPECHANGE;
  git_diff* diff = nullptr;
  const int code = git_diff_tree_to_tree(&diff, repository.get(), before.get(), after.get(), &options);
  const auto owned = diffed(code, diff, budget);
  std::vector<Change> changes;
  each_delta(owned.get(), [&](const git_diff_delta& delta) {
    const auto status = delta.status == GIT_DELTA_ADDED     ? Status::kAdded
                        : delta.status == GIT_DELTA_DELETED ? Status::kDeleted
                                                            : Status::kUpdated;
    changes.push_back({status, path_of(delta)});
  });
  return changes;
}

std::optional<git_oid> display_base(Repository& repository, const std::optional<std::string>& ref,
                                    Budget& budget) {
  return base_commit(repository, ref,
                     [&] { return WorkingTree(repository, false, budget).tracked_changes(); });
}

}  // namespace collet::git
