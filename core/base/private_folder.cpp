#include "base/private_folder.hpp"

#include <system_error>

namespace collet {

Result<void> make_private_folder(const std::filesystem::path& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (!error) std::filesystem::permissions(folder, std::filesystem::perms::owner_all, error);
  if (error) return unavailable(folder.string() + " cannot be made: " + error.message());
  return {};
}

}  // namespace collet
