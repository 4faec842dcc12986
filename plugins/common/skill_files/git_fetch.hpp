// Fetches a commit of a git repository and writes its files out: no work tree, no index, no filters, no
// hooks, no submodules, no credential helpers, no configuration but the repository's own.
#pragma once
#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "collet/cancellation.hpp"
#include "collet/http_client.hpp"
#include "fetch_error.hpp"
#include "source.hpp"
#include "tree_writer.hpp"

namespace collet::skill_files {

struct FetchLimits {
  std::chrono::seconds all{120};                       ///< for all of it
  std::chrono::seconds first_answer{20};               ///< for the list of branches
  std::uint64_t pack_bytes = std::uint64_t{60} << 20;  ///< of the history, packed
  unsigned objects = 500'000;
};

/// `client`: for http and https; nothing: there is none, and only file:// works. Any thread, one call at a
/// time per object; blocks for as long as the limits let it. Throws FetchError.
class GitFetcher {
 public:
  GitFetcher(std::optional<HttpClient> client, Cancellation cancellation, FetchLimits limits = {})
      : client_(client), cancellation_(std::move(cancellation)), limits_(limits) {}

  /// The commit that `source` names now, 40 digits.
  std::string resolve(const Source& source) const;
  /// Writes the commit's folder `source.folder` with `to`; of its entries only those in `only`, unless it is
  /// empty. `workshop`: an empty folder for the history. -> the commit
  std::string fetch(const Source& source, const std::filesystem::path& workshop, TreeWriter& to,
                    const std::vector<std::string>& only = {}) const;

 private:
  std::optional<HttpClient> client_;
  Cancellation cancellation_;
  FetchLimits limits_;
};

}  // namespace collet::skill_files
