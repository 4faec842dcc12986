#include "archive.hpp"

#include <archive.h>
#include <archive_entry.h>

#include <algorithm>
#include <set>
#include <string>
#include <string_view>

#include "common/owned.hpp"
#include "text_file.hpp"

namespace collet::skill_files {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kEndings[] = {".zip", ".tar", ".tgz", ".tar.gz", ".tar.bz2", ".tar.xz"};

using Archive = Owned<::archive, ::archive_read_free>;

Archive opened(const fs::path& file) {
  Archive handle(archive_read_new());
  archive_read_support_filter_gzip(handle.get());
  archive_read_support_filter_bzip2(handle.get());
  archive_read_support_filter_xz(handle.get());
  archive_read_support_format_tar(handle.get());
  archive_read_support_format_zip(handle.get());
  if (archive_read_open_filename(handle.get(), file.c_str(), std::size_t{64} << 10) != ARCHIVE_OK)
    throw FileError("the archive cannot be read");
  return handle;
}

std::string content_of(::archive* handle, std::size_t most) {
  std::string content;
  char piece[64 * 1024];
  for (;;) {
    const auto got = archive_read_data(handle, piece, sizeof piece);
    if (got < 0) throw FileError("the archive is damaged");
    if (got == 0) return content;
    content.append(piece, static_cast<std::size_t>(got));
    if (content.size() > most) throw FileError("the archive's files are too big");
  }
}

// "./a/b/" -> "a/b".
std::string path_of(archive_entry* entry) {
  const char* name = archive_entry_pathname_utf8(entry);
  if (name == nullptr) name = archive_entry_pathname(entry);
  std::string_view path = name == nullptr ? "" : name;
  while (path.starts_with("./")) path.remove_prefix(2);
  while (path.ends_with('/')) path.remove_suffix(1);
  return path == "." ? std::string() : std::string(path);
}

// Not every archive names its folders before their files, nor only once.
class Folders {
 public:
  explicit Folders(TreeWriter& to) : to_(to) {}
  void make(const std::string& path) {
    if (path.empty() || !made_.insert(path).second) return;
    const auto end = path.rfind('/');
    if (end != std::string::npos) make(path.substr(0, end));
    to_.add_folder(path);
  }
  void make_above(const std::string& path) {
    const auto end = path.rfind('/');
    if (end != std::string::npos) make(path.substr(0, end));
  }

 private:
  TreeWriter& to_;
  std::set<std::string> made_;
};

bool is_in_git_folder(const std::string& path) {
  return path == ".git" || path.starts_with(".git/") || path.find("/.git/") != std::string::npos ||
         path.ends_with("/.git");
}

}  // namespace

bool is_archive(const fs::path& file) {
  const auto name = lower(file.filename().string());
  return std::any_of(std::begin(kEndings), std::end(kEndings),
                     [&](std::string_view ending) { return name.ends_with(ending); });
}

void extract_archive(const fs::path& file, TreeWriter& to) {
  const auto handle = opened(file);
  Folders folders(to);
  for (archive_entry* entry = nullptr;;) {
    const int status = archive_read_next_header(handle.get(), &entry);
    if (status == ARCHIVE_EOF) break;
    if (status != ARCHIVE_OK) throw FileError("the archive is damaged");
    const auto path = path_of(entry);
    if (path.size() > 1024 || std::count(path.begin(), path.end(), '/') > 32)
      throw FileError("a path in the archive is too long");
    if (path.empty() || is_in_git_folder(path)) continue;
    if (archive_entry_hardlink(entry) != nullptr) throw FileError("the archive has a hard link");
    const auto type = archive_entry_filetype(entry);
    if (type == AE_IFDIR) {
      folders.make(path);
      continue;
    }
    folders.make_above(path);
    if (type == AE_IFLNK)
      to.add_link(path, archive_entry_symlink(entry) == nullptr ? "" : archive_entry_symlink(entry));
    else if (type == AE_IFREG)
      to.add_file(path, content_of(handle.get(), to.room()), (archive_entry_perm(entry) & 0100) != 0);
    else
      throw FileError("the archive has something that is no file, folder or link");
  }
  to.finish();
}

}  // namespace collet::skill_files
