#include "repositories.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <system_error>
#include <utility>

namespace collet::git {
namespace {

constexpr std::chrono::seconds kLongest{600};
constexpr std::size_t kMaxEntries = 500'000;

std::string identity(const std::string& path) {
  struct stat info = {};
  if (::stat(path.c_str(), &info) != 0) return "-;";
  std::string text = std::to_string(info.st_dev) + "," + std::to_string(info.st_ino);
  if (!S_ISDIR(info.st_mode))
    text += "," + std::to_string(info.st_size) + "," + std::to_string(info.st_mtim.tv_sec) + "," +
            std::to_string(info.st_mtim.tv_nsec);
  return text + ";";
}

// The user's own configuration, which libgit2 reads but once.
std::string users_configuration() {
  const char* home = std::getenv("HOME");
  return home == nullptr ? "" : identity(std::string(home) + "/.gitconfig");
}

// Names the repository around a folder, as it is configured now; empty: there is none.
std::string key_of(const std::string& folder) {
  git_buf found = GIT_BUF_INIT;
  const int code = git_repository_discover(&found, folder.c_str(), 1, nullptr);
  const std::string place = code == 0 ? found.ptr : "";
  git_buf_dispose(&found);
  if (code == GIT_ENOTFOUND) return {};
  check(code);
  return place + ":" + identity(place) + identity(place + "config") + users_configuration();
}

std::size_t entries(git_repository* repository) {
  git_index* index = nullptr;
  if (git_repository_index(&index, repository) < 0) return 0;
  const IndexHandle owned(index);
  return git_index_entrycount(index);
}

}  // namespace

std::optional<Repository> Repositories::around(const std::string& folder) {
  std::error_code error;
  if (!std::filesystem::is_directory(folder, error)) return std::nullopt;
  const auto key = key_of(folder);
  if (key.empty()) return std::nullopt;
  auto since = Clock::now();
  auto kept = take(key, since);
  if (!kept.handle)
    kept.handle = found<RepositoryHandle>(git_repository_open_ext, folder.c_str(),
                                          GIT_REPOSITORY_OPEN_CROSS_FS, nullptr);
  if (!kept.handle) return std::nullopt;
  return Repository(std::move(kept), [this, key, since](Repository::Kept done) {
    give_back({key, since, std::move(done)});
  });
}

std::optional<Repository> Repositories::at(const std::string& folder) {
  auto repository = around(folder);
  if (repository && repository->top() != folder) return std::nullopt;
  return repository;
}

void Repositories::forget() {
  std::vector<Open> gone;
  const std::lock_guard lock(mutex_);
  gone.swap(idle_);
}

std::size_t Repositories::kept() const {
  const std::lock_guard lock(mutex_);
  return idle_.size();
}

Repository::Kept Repositories::take(const std::string& key, Clock::time_point& since) {
  const std::lock_guard lock(mutex_);
  std::erase_if(idle_, [](const Open& open) { return Clock::now() - open.since > kLongest; });
  const auto found =
      std::find_if(idle_.rbegin(), idle_.rend(), [&](const Open& open) { return open.key == key; });
  if (found == idle_.rend()) return {};
  since = found->since;
  auto kept = std::move(found->kept);
  idle_.erase(std::next(found).base());
  return kept;
}

void Repositories::give_back(Open open) noexcept {
  const std::lock_guard lock(mutex_);
  idle_.push_back(std::move(open));
  std::size_t sum = 0;
  for (const auto& one : idle_) sum += entries(one.kept.handle.get());
  while (!idle_.empty() && (idle_.size() > keep_ || sum > kMaxEntries)) {
    sum -= entries(idle_.front().kept.handle.get());
    idle_.erase(idle_.begin());
  }
}

}  // namespace collet::git
