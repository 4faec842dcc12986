#include "file_diff.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <system_error>
#include <utility>

#include "changes.hpp"
#include "collet/http.hpp"
#include "collet/unique_fd.hpp"
#include "text.hpp"

namespace collet::git {
namespace {

constexpr std::uint64_t kMaxFileBytes = 1024 * 1024;

void check_size(std::uint64_t bytes) {
  if (bytes > kMaxFileBytes)
    throw Refusal(400, "File too large for git diff: " + std::to_string(bytes) +
                           " bytes (max: " + std::to_string(kMaxFileBytes) + " bytes)");
}

std::string text_of(std::string_view bytes, const std::string& path) {
  if (is_binary(bytes)) throw Refusal(400, "A binary file has no text to compare: " + utf8(path));
  return side(bytes);
}

// Throws a Refusal at the limit: a file may grow while it is read.
std::string read_all(int descriptor, const std::string& path) {
  std::string bytes;
  std::array<char, 65536> part{};
  for (;;) {
    const auto got = ::read(descriptor, part.data(), part.size());
    if (got == 0) return bytes;
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw Refusal(400, "Cannot read the file: " + utf8(path));
    bytes.append(part.data(), static_cast<std::size_t>(got));
    check_size(bytes.size());
  }
}

// The file as it lies there now, links not followed; nothing where it is not.
std::optional<std::string> text_on_disk(const std::string& path) {
  struct stat info = {};
  if (::lstat(path.c_str(), &info) != 0) return std::nullopt;
  if (S_ISDIR(info.st_mode)) return "";
  if (S_ISLNK(info.st_mode)) {
    std::error_code error;
    return side(std::filesystem::read_symlink(path, error).string());
  }
  // A pipe or device may never end, and opening some has effects.
  if (!S_ISREG(info.st_mode)) throw Refusal(400, "Not a regular file: " + utf8(path));
  check_size(static_cast<std::uint64_t>(info.st_size));
  const UniqueFd file(::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  if (file.get() < 0 || ::fstat(file.get(), &info) != 0 || !S_ISREG(info.st_mode))
    throw Refusal(400, "Cannot read the file: " + utf8(path));
  return text_of(read_all(file.get(), path), path);
}

// The file in a commit; nothing where it is not there.
std::optional<std::string> text_in_commit(const Repository& repository, const std::optional<git_oid>& commit,
                                          const std::string& place, const std::string& path) {
  if (!commit || place.empty()) return std::nullopt;
  const auto tree = repository.tree(*commit);
  const auto entry = found<TreeEntryHandle>(git_tree_entry_bypath, tree.get(), place.c_str());
  if (!entry) return std::nullopt;
  if (git_tree_entry_type(entry.get()) != GIT_OBJECT_BLOB) return "";
  const auto blob = made<BlobHandle>(git_blob_lookup, repository.get(), git_tree_entry_id(entry.get()));
  const auto bytes = git_blob_rawsize(blob.get());
  check_size(static_cast<std::uint64_t>(bytes));
  return text_of({static_cast<const char*>(git_blob_rawcontent(blob.get())), static_cast<std::size_t>(bytes)},
                 path);
}

// The repository of the nearest folder around it that is there: those of a deleted file may be gone too.
std::optional<Repository> repository_of(Repositories& repositories, const std::string& path) {
  std::error_code error;
  std::filesystem::path folder(path);
  while (!std::filesystem::is_directory(std::filesystem::symlink_status(folder, error)) &&
         folder.has_relative_path())
    folder = folder.parent_path();
  return repositories.around(folder.string());
}

}  // namespace

FileDiff working_tree_diff(Repositories& repositories, const std::string& path,
                           const std::optional<std::string>& ref, Budget& budget) {
  auto repository = repository_of(repositories, path);
  if (!repository) return {};
  const auto place = repository->place_of(path);
  const auto base = display_base(*repository, ref, budget);
  auto original = text_in_commit(*repository, base, place, path);
  auto modified = text_on_disk(path);
  if (!original && !modified) throw Refusal(400, "File does not exist: " + utf8(path));
  return {std::move(original).value_or(""), std::move(modified).value_or("")};
}

FileDiff commit_diff(Repositories& repositories, const std::string& path, const std::string& sha) {
  const auto repository = repository_of(repositories, path);
  if (!repository) return {};
  const auto place = repository->place_of(path);
  const auto commit = repository->commit_with(sha);
  const auto parent = repository->first_parent(commit);
  return {text_in_commit(*repository, parent, place, path).value_or(""),
          text_in_commit(*repository, commit, place, path).value_or("")};
}

}  // namespace collet::git
