#pragma once
#include <functional>
#include <string>

#include "search/ignore_rules.hpp"
#include "search/search_limits.hpp"

namespace collet::file {

/// Calls `found` for each regular file below the root that is to be searched (see Visibility). Symbolic links
/// are not followed, so there are no loops; what cannot be read is passed over. False: ended by the limits.
/// Blocks on the disk.
bool walk_tree(const Visibility& visibility, const GlobPattern* pattern, const SearchLimits& limits,
               const std::function<void(const std::string& path)>& found);

}  // namespace collet::file
