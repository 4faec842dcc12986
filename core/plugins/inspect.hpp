// Looks at plugin files without running anything of theirs but what the dynamic loader runs.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "base/result.hpp"

namespace collet::plugins {

/// What a plugin says about itself in its entry symbol.
struct Identity {
  std::string id, version, description, build_tag;
  std::string config_schema;  ///< JSON text; empty: no keys of its own
};

struct Inspection {
  std::string name;  ///< the file's name without ".so"
  std::filesystem::path file;
  Identity identity;    ///< empty when it is refused
  std::string refusal;  ///< why the host would not load it; empty: it would
};

/// Where first-party plugins are: ../lib/collet/plugins beside the running program's folder.
std::filesystem::path own_directory();

/// The *.so files of the folders, own_directory first, sorted by name in each. A folder that isn't there is
/// an error, own_directory excepted.
Result<std::vector<std::filesystem::path>> discover(const std::filesystem::path& own,
                                                    const std::vector<std::filesystem::path>& others);

/// Checks one file as the host would before create: owner and permissions, ELF extents, digest (`sha256`, 64
/// digits in lower case; empty: any), library, entry symbol.
Inspection inspect(const std::filesystem::path& file, const std::string& sha256 = {});

}  // namespace collet::plugins
