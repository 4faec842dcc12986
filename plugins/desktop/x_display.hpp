// An X server's number, and who may use it.
#pragma once
#include <string>
#include <string_view>

namespace collet::desktop {

/// The lowest number from 1 on that no X server has, by its lock and socket in `temporary` ("/tmp"). Throws
/// std::runtime_error when there is none below 100.
int free_display(const std::string& temporary);

/// An authority file for X servers and their clients, with one cookie (16 bytes) for all displays.
std::string authority(std::string_view cookie);

}  // namespace collet::desktop
