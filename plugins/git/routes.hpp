// /api/git: changes, diffs and commits of the repositories on this machine.
#pragma once
#include <atomic>

#include "collet/plugin.hpp"
#include "repositories.hpp"

namespace collet::git {

/// Both must outlive the routes. `stopping`: ends requests that run.
void add_routes(Setup& setup, Repositories& repositories, const std::atomic<bool>& stopping);

}  // namespace collet::git
