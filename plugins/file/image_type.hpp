#pragma once
#include <string_view>

namespace collet::file {

/// "image/png" for bytes that are an image which models take (PNG, JPEG, GIF, WebP), whatever their file is
/// called; else empty. Pure.
std::string_view image_type(std::string_view bytes);

}  // namespace collet::file
