#include "ids.hpp"

#include <sys/random.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <stdexcept>

namespace collet::profiles {
namespace {

constexpr std::string_view kHex = "0123456789abcdef";

std::string with_dashes(const std::string& hex) {
  return hex.substr(0, 8) + "-" + hex.substr(8, 4) + "-" + hex.substr(12, 4) + "-" + hex.substr(16, 4) + "-" +
         hex.substr(20);
}

}  // namespace

std::string new_uuid() {
  std::array<unsigned char, 16> bytes{};
  if (::getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size()))
    throw std::runtime_error("the system gives no random numbers");
  bytes[6] = static_cast<unsigned char>((bytes[6] & 0x0F) | 0x40);  // version 4
  bytes[8] = static_cast<unsigned char>((bytes[8] & 0x3F) | 0x80);  // the usual variant
  std::string hex;
  for (const unsigned char byte : bytes) {
    hex += kHex[byte >> 4];
    hex += kHex[byte & 15];
  }
  return with_dashes(hex);
}

std::string without_dashes(std::string uuid) {
  uuid.erase(std::remove(uuid.begin(), uuid.end(), '-'), uuid.end());
  return uuid;
}

std::optional<std::string> parse_uuid(std::string_view text) {
  std::string hex(text);
  if (hex.size() == 36) {
    for (const std::size_t at : {8U, 13U, 18U, 23U})
      if (hex[at] != '-') return std::nullopt;
    hex = without_dashes(std::move(hex));
  }
  if (hex.size() != 32) return std::nullopt;
  for (char& c : hex) {
    c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    if (kHex.find(c) == std::string_view::npos) return std::nullopt;
  }
  return with_dashes(hex);
}

}  // namespace collet::profiles
