#pragma once
#include <string_view>

namespace collet::storage {

/// Every table's key starts with the tenant; there is one for now.
inline constexpr std::string_view kTenant = "default";

}  // namespace collet::storage
