// Reading and replacing whole files. Any thread; blocks on the disk. Errors are FileError.
#pragma once
#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>

namespace collet::file {

/// One line for the model that says what went wrong with which path.
class FileError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The bytes of a regular file. Refuses anything else (folders, devices, pipes) and files above `limit`
/// bytes.
std::string read_file(const std::string& path, std::size_t limit);

/// Replaces a file's content as a whole: readers see the old bytes or the new ones. Keeps its mode and, where
/// allowed, its owner; a symbolic link stays one and its target is replaced. Files with several hard links,
/// and files in a folder that we may not write to, are written in place.
void replace_file(const std::string& path, std::string_view bytes);

/// Makes a new file, and the folders above it. Throws when there is something at `path` already.
void create_file(const std::string& path, std::string_view bytes);

}  // namespace collet::file
