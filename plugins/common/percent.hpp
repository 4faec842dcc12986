#pragma once
#include <string>
#include <string_view>

namespace collet {

/// For URLs and forms: all but RFC 3986's unreserved characters, and those of `also_plain`, becomes %XX.
std::string percent_encoded(std::string_view text, std::string_view also_plain = {});

}  // namespace collet
