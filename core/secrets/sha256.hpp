// SHA-256 digests: 64 digits in lower case. Any thread.
#pragma once
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace collet::secrets {

std::string sha256_of(std::string_view bytes);
/// Of the whole file behind an open descriptor, whose position is not used. kUnavailable: it cannot be read.
Result<std::string> sha256_of_file(int descriptor);

}  // namespace collet::secrets
