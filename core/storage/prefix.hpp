// Inside this folder only: ranges of texts that begin alike. Both databases order texts by their bytes.
#pragma once
#include <optional>
#include <string>

namespace collet::storage {

/// What begins with `prefix` lies from it up to here; nothing: up to the end.
inline std::optional<std::string> end_of_prefix(std::string prefix) {
  while (!prefix.empty() && static_cast<unsigned char>(prefix.back()) == 0xff) prefix.pop_back();
  if (prefix.empty()) return std::nullopt;
  prefix.back() = static_cast<char>(static_cast<unsigned char>(prefix.back()) + 1);
  return prefix;
}

}  // namespace collet::storage
