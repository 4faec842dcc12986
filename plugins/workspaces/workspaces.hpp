// The folders that a team's clients offer for a conversation: workspaces, and parents, whose folders are
// workspaces. One document in the shared store, so that all servers of a team show the same.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "collet/host.hpp"
#include "collet/json.hpp"

namespace collet::workspaces {

/// The two lists, by their names in the document and on the wire.
inline constexpr std::string_view kWorkspaces = "workspaces";
inline constexpr std::string_view kParents = "workspaceParents";

struct Entry {
  std::string id, name, path;
  std::string parent_path = {};  ///< of workspaces; empty: none
};

/// Any thread, once the plugin is started; blocks on the database.
class Workspaces {
 public:
  explicit Workspaces(Host& host) : host_(host) {}

  /// {"workspaces": […], "workspaceParents": […]}
  std::string list() const;
  /// Appends those whose path is not in the list yet; the lists as they are then. Throws a Refusal: 413, all
  /// of them would be too large.
  std::string add(std::string_view list, const std::vector<Entry>& entries) const;
  /// False: the list has no such path.
  bool remove(std::string_view list, std::string_view path) const;

 private:
  Host& host_;
};

}  // namespace collet::workspaces
