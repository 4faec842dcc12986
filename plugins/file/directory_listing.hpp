#pragma once
#include <string>

namespace collet::file {

/// What is in a folder and in its folders, one path a line, sorted, folders with a trailing "/"; hidden
/// entries are left out and counted, symbolic links are not followed. Bounded; says so when it is cut. Blocks
/// on the disk.
std::string list_directory(const std::string& path);

}  // namespace collet::file
