// Fernet tokens: the form in which clients of the reference exchange encrypted secrets.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "secrets/key.hpp"

namespace collet::secrets::fernet {

/// AES-128-CBC and HMAC-SHA-256 with the two halves of `key`; `seconds` since 1970 goes into the token in
/// clear.
std::string encrypt(const Key& key, std::string_view plain, std::uint64_t seconds);
/// Nothing: no token, changed, or another key's. Its age is not judged.
std::optional<std::string> decrypt(const Key& key, std::string_view token);

/// Whether it has the form of a token; of whose key nobody can tell who has not that key.
bool is_token(std::string_view text);

}  // namespace collet::secrets::fernet
