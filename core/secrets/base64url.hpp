#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace collet::secrets {

/// Without padding.
std::string base64url_encode(const std::uint8_t* data, std::size_t size);

/// Strict: only the url alphabet, no padding, no stray bits. Nothing when it is no such text.
std::optional<std::vector<std::uint8_t>> base64url_decode(std::string_view text);

}  // namespace collet::secrets
