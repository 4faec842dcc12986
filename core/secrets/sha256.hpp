// The SHA-256 digest of a file.
#pragma once
#include <string>

#include "base/result.hpp"

namespace collet::secrets {

/// Of the whole file behind an open descriptor, whose position is not used: 64 digits in lower case.
/// kUnavailable: it cannot be read. Any thread.
Result<std::string> sha256_of_file(int descriptor);

}  // namespace collet::secrets
