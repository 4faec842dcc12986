// Folders in which things are made ready before they appear under their name.
#pragma once
#include <filesystem>
#include <string>

#include "collet/unique_fd.hpp"

namespace collet::skill_files {

/// A new folder `.staging-…` inside `parent`, which is made when it is not there. Removed with all that is in
/// it when this goes; when the server was killed meanwhile, by the next remove_leftovers. One thread. Throws
/// FileError.
class Staging {
 public:
  explicit Staging(const std::filesystem::path& parent);
  Staging(Staging&&) noexcept = default;
  Staging& operator=(Staging&&) = delete;
  Staging(const Staging&) = delete;
  Staging& operator=(const Staging&) = delete;
  ~Staging();

  /// A new folder inside.
  std::filesystem::path make(const std::string& name) const;

 private:
  std::filesystem::path folder_;
  UniqueFd lock_;  // held: somebody works here
};

/// Removes what killed servers have left in `parent`; not the folders that another one still works on. Nobody
/// may be in write_whole there meanwhile.
void remove_leftovers(const std::filesystem::path& parent);

/// Puts `made` at `place`, in one step; what was there takes its place, and goes with its staging folder.
/// False: something is there already and `replace` is not set. Throws FileError.
bool publish(const std::filesystem::path& made, const std::filesystem::path& place, bool replace);

/// Writes a small file so that it is whole or as before. Throws FileError.
void write_whole(const std::filesystem::path& file, const std::string& text);

}  // namespace collet::skill_files
