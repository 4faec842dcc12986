#pragma once
#include <filesystem>

#include "tree_writer.hpp"

namespace collet::skill_files {

/// By its name: .zip, .tar, .tar.gz, .tgz, .tar.bz2, .tar.xz.
bool is_archive(const std::filesystem::path& file);

/// Takes files, folders and links out; what else is in it is refused. A single folder that holds all the rest
/// stays. Throws FileError.
void extract_archive(const std::filesystem::path& file, TreeWriter& to);

}  // namespace collet::skill_files
