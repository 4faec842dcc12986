// Inside this folder only: the names in a table of named rows.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "storage/session.hpp"

namespace collet::storage {

/// -> the names in `table` (one with `tenant` and `name`) that begin with `prefix`, ordered by their bytes.
std::vector<std::string> names_beginning(Session& session, std::string_view table, const std::string& prefix);

}  // namespace collet::storage
