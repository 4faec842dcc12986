#include "tree_writer.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "collet/unique_fd.hpp"
#include "storage_error.hpp"
#include "text_file.hpp"

namespace collet::skill_files {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostPath = 1024;

[[noreturn]] void fail_to_read(const std::string& path) {
  throw FileError(path + " cannot be read: " + std::strerror(errno));
}

[[noreturn]] void fail_to_make(const std::string& path) {
  if (errno == EEXIST) throw FileError(path + " is there twice");
  throw StorageError(path + " cannot be made", errno);
}

bool is_good_part(std::string_view part) {
  return !part.empty() && part != "." && part != ".." && part.size() <= 255 &&
         part.find('\0') == std::string_view::npos && part.find('\\') == std::string_view::npos;
}

void write_all(int fd, std::string_view content, const std::string& path) {
  while (!content.empty()) {
    const auto put = ::write(fd, content.data(), content.size());
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) throw StorageError(path + " cannot be written", errno);
    content.remove_prefix(static_cast<std::size_t>(put));
  }
}

bool is_inside(const fs::path& path, const fs::path& root) {
  return std::mismatch(root.begin(), root.end(), path.begin(), path.end()).first == root.end();
}

// No more than `most` bytes, or a FileError.
std::string read_file(int fd, std::size_t most, const std::string& path) {
  std::string content;
  char piece[64 * 1024];
  for (;;) {
    const auto got = ::read(fd, piece, sizeof piece);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) fail_to_read(path);
    if (got == 0) return content;
    content.append(piece, static_cast<std::size_t>(got));
    if (content.size() > most) throw FileError(path + " is too long");
  }
}

void copy_file(const fs::path& file, const std::string& path, TreeWriter& to) {
  const UniqueFd fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  if (!fd.valid()) fail_to_read(path);
  struct stat facts = {};
  if (::fstat(fd.get(), &facts) != 0 || !S_ISREG(facts.st_mode))
    throw FileError(path + " is no regular file");
  to.add_file(path, read_file(fd.get(), to.room(), path), (facts.st_mode & S_IXUSR) != 0);
}

}  // namespace

TreeWriter::TreeWriter(fs::path root, TreeLimits limits) : root_(fs::canonical(root)), limits_(limits) {}

fs::path TreeWriter::checked(const std::string& path) {
  if (++entries_ > limits_.entries)
    throw FileError("there are more than " + std::to_string(limits_.entries) + " files");
  if (path.size() > kMostPath) throw FileError("a path is too long");
  std::size_t parts = 0;
  for (std::size_t at = 0; at <= path.size();) {
    const auto end = std::min(path.find('/', at), path.size());
    if (!is_good_part(std::string_view(path).substr(at, end - at)))
      throw FileError("a file has a name that is not taken");
    if (++parts > limits_.depth) throw FileError("its folders are too deeply nested");
    at = end + 1;
  }
  return root_ / path;
}

std::size_t TreeWriter::room() const { return std::min(limits_.file_bytes, limits_.bytes - bytes_); }

void TreeWriter::add_folder(const std::string& path) {
  const auto folder = checked(path);
  if (::mkdir(folder.c_str(), 0755) != 0) fail_to_make(path);
}

void TreeWriter::add_file(const std::string& path, std::string_view content, bool executable) {
  const auto file = checked(path);
  if (content.size() > room())
    throw FileError("it is too big: a file may have " + std::to_string(limits_.file_bytes) +
                    " bytes, all of them " + std::to_string(limits_.bytes));
  bytes_ += content.size();
  const UniqueFd fd(
      ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, executable ? 0755 : 0644));
  if (!fd.valid()) fail_to_make(path);
  write_all(fd.get(), content, path);
}

void TreeWriter::add_link(const std::string& path, const std::string& target) {
  const auto link = checked(path);
  if (target.empty() || target.front() == '/' || target.size() > kMostPath ||
      target.find('\0') != std::string::npos)
    throw FileError("the link " + path + " leads outside");
  links_.emplace_back(link, target);
}

void TreeWriter::finish() {
  for (const auto& [link, target] : links_)
    if (::symlink(target.c_str(), link.c_str()) != 0) fail_to_make(link.lexically_relative(root_).string());
  // Only now is it known where each leads: through other links too.
  for (const auto& [link, target] : links_) {
    std::error_code error;
    const auto real = fs::canonical(link, error);
    if (!error && !is_inside(real, root_))
      throw FileError("the link " + link.lexically_relative(root_).string() + " leads outside");
    const auto made = fs::weakly_canonical(link.parent_path() / target, error);
    if (error || !is_inside(made, root_))
      throw FileError("the link " + link.lexically_relative(root_).string() + " leads outside");
    if (!fs::exists(link, error)) fs::remove(link, error);
  }
  links_.clear();
}

void copy_tree(const fs::path& from, TreeWriter& to) {
  std::error_code error;
  auto at = fs::recursive_directory_iterator(from, error);
  for (; !error && at != fs::recursive_directory_iterator(); at.increment(error)) {
    const auto path = at->path().lexically_relative(from).generic_string();
    const auto status = at->symlink_status(error);
    if (error) break;
    if (at->path().filename() == ".git") {
      at.disable_recursion_pending();
    } else if (fs::is_symlink(status)) {
      to.add_link(path, fs::read_symlink(at->path(), error).string());
    } else if (fs::is_directory(status)) {
      to.add_folder(path);
    } else {
      copy_file(at->path(), path, to);
    }
  }
  if (error) throw FileError("the folder cannot be read: " + error.message());
  to.finish();
}

}  // namespace collet::skill_files
