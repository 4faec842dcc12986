// `collet secrets rotate`: another secret key, everything sealed anew. The server must not run.
#pragma once
#include <map>
#include <string>

namespace collet::server {

/// `new_key`: the file whose first line is the new OH_SECRET_KEY, "-" for standard input; empty: a new key
/// file is made. Returns the exit status.
int rotate_secrets(const std::map<std::string, std::string>& flags, const std::string& new_key);

}  // namespace collet::server
