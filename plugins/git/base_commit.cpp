#include "base_commit.hpp"

#include <string_view>

namespace collet::git {
namespace {

bool same(const std::optional<git_oid>& a, const std::optional<git_oid>& b) {
  return a.has_value() == b.has_value() && (!a || git_oid_equal(&*a, &*b) != 0);
}

// Nothing where the two have no common commit, or it is not here, as in a shallow clone.
std::optional<git_oid> merge_base(const Repository& repository, const std::optional<git_oid>& a,
                                  const git_oid& b) {
  git_oid base;
  if (!a || git_merge_base(&base, repository.get(), &*a, &b) < 0) return std::nullopt;
  return base;
}

// The tip of origin's default branch. What a clone has recorded; a remote that was added later is not asked
// for it, as that would need the network: then its main or master.
std::optional<git_oid> remote_default(const Repository& repository) {
  for (const auto* name : {"HEAD", "main", "master"})
    if (const auto tip = repository.reference(std::string("refs/remotes/origin/") + name)) return tip;
  return std::nullopt;
}

}  // namespace

std::optional<git_oid> base_commit(const Repository& repository, const std::optional<std::string>& ref,
                                   const std::function<bool()>& tracked_changes) {
  const auto head = repository.head();
  if (ref && *ref == "HEAD") return head;
  if (ref) return repository.commit_named(*ref);

  const auto branch = repository.branch();
  if (branch) {
    const auto upstream = repository.reference("refs/remotes/origin/" + *branch);
    if (upstream && (!same(upstream, head) || tracked_changes())) return upstream;
  }
  if (const auto tip = remote_default(repository)) {
    const auto fork = merge_base(repository, head, *tip);
    return fork ? fork : tip;
  }
  for (const std::string name : {"main", "master"}) {
    const auto tip = repository.reference("refs/heads/" + name);
    if (!tip) continue;
    if (name != branch && same(merge_base(repository, head, *tip), tip)) return tip;
    break;
  }
  return head;
}

}  // namespace collet::git
