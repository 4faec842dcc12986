// What the working tree is compared with when the client names nothing.
#pragma once
#include <functional>
#include <optional>
#include <string>

#include "repository.hpp"

namespace collet::git {

/// The commit to compare with; nothing means: with the empty tree. `ref`: what the client names. "HEAD" of a
/// branch without commits is the empty tree; anything else that names no commit is a Refusal (400).
///
/// Without a `ref`, what best shows the work that was done here, committed and pushed too:
/// 1. origin's branch of the same name; not where it is where HEAD is and no tracked file is changed, as
/// nothing
///    would be left to show;
/// 2. where HEAD has left origin's default branch, or, without a common commit, that branch;
/// 3. without a default branch of origin: the local main or master, where HEAD has grown out of it;
/// 4. HEAD.
/// `tracked_changes`: whether tracked files differ from HEAD; asked at most once, only where it matters.
std::optional<git_oid> base_commit(const Repository& repository, const std::optional<std::string>& ref,
                                   const std::function<bool()>& tracked_changes);

}  // namespace collet::git
