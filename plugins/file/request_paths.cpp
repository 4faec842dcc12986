#include "request_paths.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <system_error>

#include "collet/http.hpp"

namespace collet::file {
namespace {

bool is_folder(const std::string& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
}

}  // namespace

std::string absolute_path(std::string_view text) {
  if (text.empty() || text.front() != '/') throw Refusal(400, "Path must be absolute");
  if (text.size() >= PATH_MAX) throw Refusal(400, "Path is too long");
  if (text.find('\0') != std::string_view::npos) throw Refusal(400, "Path must not have a NUL byte in it");
  std::string path;
  while (!text.empty()) {
    const auto slash = text.find('/');
    const auto part = text.substr(0, slash);
    text.remove_prefix(slash == std::string_view::npos ? text.size() : slash + 1);
    if (!part.empty() && part != ".") path.append("/").append(part);
  }
  return path.empty() ? "/" : path;
}

void refuse(int error, const std::string& path) {
  switch (error) {
    case ENOENT:
      throw Refusal(404, "No such file or directory: " + path);
    case EACCES:
    case EPERM:
    case EROFS:
      throw Refusal(403, "Permission denied: " + path);
    case ENOTDIR:
    case EEXIST:
      throw Refusal(400, "Path exists and is not a directory");
    case EISDIR:
      throw Refusal(400, "Path is a directory");
    case ENAMETOOLONG:
      throw Refusal(400, "Path is too long");
    case ELOOP:
      throw Refusal(400, "Too many symbolic links: " + path);
    case EINVAL:
    case EILSEQ:
      throw Refusal(400, "The file system does not take this path: " + path);
    case EFBIG:
      throw Refusal(413, "The file is larger than the file system or a limit allows: " + path);
    case ENOSPC:
    case EDQUOT:
      throw Refusal(507, "No space left for " + path);
    default:
      throw std::system_error(error, std::generic_category(), path);
  }
}

std::string parent_of(const std::string& path) {
  const auto slash = path.rfind('/');
  return slash == 0 || slash == std::string::npos ? "/" : path.substr(0, slash);
}

std::string name_of(const std::string& path) { return path.substr(path.rfind('/') + 1); }

std::vector<std::string> make_folders(const std::string& path) {
  // From the inside out, to what is there: mkdir says more about a wrong path than stat does.
  std::vector<std::string> missing;
  for (std::string folder = path; !is_folder(folder); folder = parent_of(folder)) {
    missing.push_back(folder);
    if (folder == "/") break;
  }
  std::vector<std::string> made;
  for (auto folder = missing.rbegin(); folder != missing.rend(); ++folder) {
    if (::mkdir(folder->c_str(), 0777) == 0) {
      made.push_back(*folder);
      continue;
    }
    const int error = errno;
    if (error == EEXIST && is_folder(*folder)) continue;  // somebody else was faster
    remove_folders(made);
    refuse(error, *folder);
  }
  return made;
}

void remove_folders(const std::vector<std::string>& made) noexcept {
  for (auto folder = made.rbegin(); folder != made.rend(); ++folder) ::rmdir(folder->c_str());
}

}  // namespace collet::file
