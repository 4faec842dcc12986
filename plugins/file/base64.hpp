#pragma once
#include <string>
#include <string_view>

namespace collet::file {

/// With padding, without line breaks. Pure.
std::string base64(std::string_view bytes);

}  // namespace collet::file
