// What a request says of workspaces.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "collet/http.hpp"
#include "workspaces.hpp"

namespace collet::workspaces {

/// The list `member` of the body: "workspaces" or "parents"; only workspaces have a parent's path. Throws a
/// Refusal: 415, 422.
std::vector<Entry> read_entries(const Request& request, std::string_view member, bool with_parent_path);

/// The query's `path`. Throws a Refusal: 422.
std::string read_path(const Request& request);

}  // namespace collet::workspaces
