#pragma once
#include <functional>
#include <optional>
#include <string>

#include "collet/process.hpp"
#include "search/search_limits.hpp"

namespace collet::file {

/// What became of a search by ripgrep.
enum class RipgrepEnd {
  kDone,
  kLimits,  ///< ended by the limits; what was found is told
  kFailed,  ///< there is no ripgrep, or it did not take the pattern; nothing was found
};

/// Calls `found` with the absolute path of each file below `root` that ripgrep finds; the same rules as
/// Visibility's, but that it may tell more than these show. `include`: names or paths to look at. Blocks;
/// holds the thread until ripgrep has ended or the limits are reached.
RipgrepEnd run_ripgrep(Processes processes, const std::string& root, const std::string& pattern,
                       const std::optional<std::string>& include, const SearchLimits& limits,
                       const std::function<void(std::string path)>& found);

}  // namespace collet::file
