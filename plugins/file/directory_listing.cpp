#include "directory_listing.hpp"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <vector>

namespace collet::file {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxEntries = 1000;
constexpr std::size_t kMaxScanned = 100'000;  // of one folder

struct Listing {
  std::string text;
  std::size_t entries = 0;
  std::size_t hidden = 0;  // in the top folder
  bool cut = false;
};

void list(const fs::path& folder, int levels, bool top, Listing& listing) {
  std::vector<fs::directory_entry> found;
  std::error_code error;
  std::size_t scanned = 0;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    if (++scanned > kMaxScanned) {
      listing.cut = true;
      break;
    }
    if (!it->path().filename().string().starts_with('.')) {
      found.push_back(*it);
    } else if (top) {
      ++listing.hidden;
    }
  }
  std::sort(found.begin(), found.end());
  for (const auto& entry : found) {
    if (listing.entries >= kMaxEntries) {
      listing.cut = true;
      return;
    }
    ++listing.entries;
    const bool is_folder = !entry.is_symlink(error) && entry.is_directory(error);
    listing.text += "\n" + entry.path().string() + (is_folder ? "/" : "");
    if (is_folder && levels > 1) list(entry.path(), levels - 1, false, listing);
  }
}

}  // namespace

std::string list_directory(const std::string& path) {
  Listing listing;
  list(path, 2, true, listing);
  const std::string slash = path.ends_with('/') ? "" : "/";
  std::string text = "Here's the files and directories up to 2 levels deep in " + path +
                     ", excluding hidden items:\n" + path + slash + listing.text;
  if (listing.cut) text += "\n[Only the first " + std::to_string(listing.entries) + " entries are shown.]";
  if (listing.hidden > 0)
    text += "\n\n" + std::to_string(listing.hidden) +
            " hidden files/directories in this directory are excluded. You can use 'ls -la " + path +
            "' to see them.";
  return text;
}

}  // namespace collet::file
