#include "folders/listing.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <cctype>
#include <cerrno>
#include <map>
#include <string_view>

#include "collet/http.hpp"
#include "common/owned.hpp"
#include "request_paths.hpp"
#include "text_codec.hpp"

namespace collet::file {
namespace {

using OpenFolder = Owned<DIR, ::closedir>;

OpenFolder open_folder(const std::string& path) {
  OpenFolder folder(::opendir(path.c_str()));
  if (folder) return folder;
  if (errno == ENOENT) throw Refusal(404, "Directory not found");
  struct stat status {};
  if (errno == ENOTDIR)
    throw ::stat(path.c_str(), &status) == 0 ? Refusal(400, "Path is not a directory")
                                             : Refusal(404, "Directory not found");
  refuse(errno, path);
}

bool is_folder(DIR* parent, const dirent& entry) {
  if (entry.d_type != DT_UNKNOWN) return entry.d_type == DT_DIR;
  struct stat status {};
  return ::fstatat(::dirfd(parent), entry.d_name, &status, AT_SYMLINK_NOFOLLOW) == 0 &&
         S_ISDIR(status.st_mode);
}

std::string lower(std::string_view text) {
  std::string copy(text);
  for (char& c : copy) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return copy;
}

// Sorts as the names do without regard to case, and tells names apart that differ in nothing else: no name
// has a slash.
std::string key_of(std::string_view name) { return lower(name) + "/" + std::string(name); }

// The mark of a page that begins with `name`: as short as clients know it, where that says which.
std::string mark_of(const std::string& name, const std::string& name_before) {
  const auto word = lower(name);
  return lower(name_before) == word ? key_of(name) : word;
}

// The first `limit` + 1 folders whose keys are not before `from`.
std::map<std::string, std::string> read(const std::string& path, bool hidden, std::size_t limit,
                                        const std::string& from) {
  std::map<std::string, std::string> names;
  const auto folder = open_folder(path);
  while (const dirent* entry = ::readdir(folder.get())) {
    const std::string_view name(entry->d_name);
    if (name == "." || name == ".." || (!hidden && name.front() == '.')) continue;
    if (!is_folder(folder.get(), *entry) || !is_utf8(name)) continue;
    auto key = key_of(name);
    if (key < from) continue;
    names.emplace(std::move(key), name);
    if (names.size() > limit + 1) names.erase(std::prev(names.end()));
  }
  return names;
}

}  // namespace

FolderPage list_folders(const std::string& path, bool hidden, std::size_t limit,
                        const std::optional<std::string>& mark) {
  auto found = read(path, hidden, limit, mark.value_or(std::string()));
  if (found.empty() && mark) found = read(path, hidden, limit, {});  // no mark of ours: the first page
  FolderPage page;
  for (const auto& [key, name] : found) {
    if (page.names.size() == limit) {
      page.next = mark_of(name, page.names.back());
      break;
    }
    page.names.push_back(name);
  }
  return page;
}

}  // namespace collet::file
