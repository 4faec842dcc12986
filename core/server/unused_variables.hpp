// Variables of the environment that look like ours, or like the reference's, and have no effect.
#pragma once
#include <map>
#include <string>
#include <vector>

namespace collet::server {

/// One line for each COLLET_… and OH_… variable that is set and that no key takes, with the nearest name that
/// one does take. Values are not shown.
std::vector<std::string> unused_variables(const std::map<std::string, std::string>& environment);

}  // namespace collet::server
