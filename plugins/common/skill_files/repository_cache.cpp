#include "repository_cache.hpp"

#include <fcntl.h>
#include <sys/file.h>

#include <cstdint>
#include <cstdio>
#include <thread>

#include "staging.hpp"
#include "text_file.hpp"
#include "tree_writer.hpp"

namespace collet::skill_files {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr auto kPause = std::chrono::seconds(60);
constexpr auto kMostWait = std::chrono::seconds(30);
constexpr std::size_t kMostAsked = 256;

UniqueFd locked(const fs::path& file) {
  UniqueFd fd(::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644));
  const auto end = Clock::now() + kMostWait;
  while (fd.valid() && ::flock(fd.get(), LOCK_EX | LOCK_NB) != 0) {
    if (Clock::now() > end) throw FetchError(503, "another server holds the copy of the repository");
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  return fd;
}

std::string note_of(const Source& source, const std::string& commit) {
  return source.place + "\n" + commit + "\n";
}

bool holds(const fs::path& note, const std::string& text) {
  std::error_code error;
  if (!fs::is_regular_file(note, error)) return false;
  try {
    return read_text(note) == text;
  } catch (const FileError&) {
    return false;
  }
}

bool is_folder(const fs::path& path) {
  std::error_code error;
  return fs::is_directory(path, error);
}

}  // namespace

void RepositoryCache::update(const Source& source, const std::string& name,
                             const std::vector<std::string>& only) {
  std::error_code error;
  fs::create_directories(root_, error);
  const auto place = root_ / name, note = root_ / (name + ".commit");
  const auto held = locked(root_ / (name + ".lock"));
  // A commit by its number is what it is for ever.
  const bool is_commit = source.ref && source.ref->size() == 40;
  if (is_commit && is_folder(place) && holds(note, note_of(source, *source.ref))) return;
  const auto fetcher = make_fetcher_();
  const auto newest = fetcher.resolve(source);
  if (is_folder(place) && holds(note, note_of(source, newest))) return;
  const Staging staging(root_);
  const auto content = staging.make("content");
  TreeWriter writer(content);
  fetcher.fetch(source, staging.make("history"), writer, only);
  fs::remove(note, error);  // killed after the next line, it is fetched again
  publish(content, place, true);
  write_whole(note, note_of(source, newest));
}

RepositoryCache::Copy RepositoryCache::get(const Source& source, const std::string& name,
                                           const std::vector<std::string>& only, bool now) {
  const std::lock_guard lock(mutex_);
  const auto last = asked_.find(name);
  std::string failure;
  if (!now && last != asked_.end() && Clock::now() - last->second.when < kPause) {
    failure = last->second.failure;
  } else {
    try {
      update(source, name, only);
    } catch (const std::exception& error) {  // FetchError, FileError
      failure = error.what();
      if (warn_) warn_("the repository " + source.shown + " is not up to date: " + failure);
    }
    if (asked_.size() >= kMostAsked) asked_.clear();
    asked_[name] = {Clock::now(), failure};
  }
  const auto place = root_ / name;
  return {is_folder(place) ? std::optional(place) : std::nullopt, failure};
}

RepositoryCache::Copy public_copy(RepositoryCache& cache, const std::optional<Source>& repository, bool now) {
  static const std::vector<std::string> kept = {"skills", "plugins", "marketplaces", ".plugin",
                                                ".claude-plugin"};
  if (!repository) return {std::nullopt, "no public repository is configured"};
  return cache.get(*repository, "public-skills", kept, now);
}

std::string cache_name(const Source& source) {
  std::uint64_t hash = 14695981039346656037U;  // FNV-1a
  for (const char c : source.place + "\n" + source.ref.value_or("")) {
    hash ^= static_cast<unsigned char>(c);
    hash *= 1099511628211U;
  }
  char digits[17];
  std::snprintf(digits, sizeof digits, "%016llx", static_cast<unsigned long long>(hash));
  return base_name(source) + "-" + digits;
}

}  // namespace collet::skill_files
