#include "stat_notes.hpp"

#include <git2/sys/diff.h>

#include <cstdint>
#include <ctime>

namespace collet::git {
namespace {

constexpr std::size_t kMuch = 200;  // files read in one comparison

bool same(const git_index_time& a, const timespec& b) {
  return a.seconds == static_cast<std::int32_t>(b.tv_sec) &&
         a.nanoseconds == static_cast<std::uint32_t>(b.tv_nsec);
}

git_index_time time_of(const timespec& from) {
  return {static_cast<std::int32_t>(from.tv_sec), static_cast<std::uint32_t>(from.tv_nsec)};
}

bool remembers(const git_index_entry& entry, const struct stat& info) {
  return same(entry.mtime, info.st_mtim) && same(entry.ctime, info.st_ctim) &&
         entry.ino == static_cast<std::uint32_t>(info.st_ino) &&
         entry.file_size == static_cast<std::uint32_t>(info.st_size);
}

bool is_same_file(const struct stat& a, const struct stat& b) {
  return a.st_ino == b.st_ino && a.st_dev == b.st_dev && a.st_size == b.st_size && a.st_mode == b.st_mode &&
         a.st_mtim.tv_sec == b.st_mtim.tv_sec && a.st_mtim.tv_nsec == b.st_mtim.tv_nsec &&
         a.st_ctim.tv_sec == b.st_ctim.tv_sec && a.st_ctim.tv_nsec == b.st_ctim.tv_nsec;
}

}  // namespace

StatNotes::StatNotes(git_index* index, const std::string& top, int youngest) : top_(top + "/") {
  const auto latest = std::time(nullptr) - youngest;
  const auto count = git_index_entrycount(index);
  for (std::size_t i = 0; i < count; ++i) {
    const auto* entry = git_index_get_byindex(index, i);
    struct stat info = {};
    if (::lstat((top_ + entry->path).c_str(), &info) != 0 || S_ISDIR(info.st_mode) || remembers(*entry, info))
      continue;
    if (info.st_ctim.tv_sec <= latest) notes_.push_back({i, info});
  }
}

std::size_t StatNotes::settle(git_index* index, const std::function<bool(const char*)>& differs) const {
  std::size_t settled = 0;
  for (const auto& [number, noted] : notes_) {
    const auto* entry = git_index_get_byindex(index, number);
    struct stat info = {};
    if (entry == nullptr || differs(entry->path) || ::lstat((top_ + entry->path).c_str(), &info) != 0 ||
        !is_same_file(info, noted))
      continue;
    git_index_entry learned = *entry;
    learned.mtime = time_of(noted.st_mtim);
    learned.ctime = time_of(noted.st_ctim);
    learned.dev = static_cast<std::uint32_t>(noted.st_dev);
    learned.ino = static_cast<std::uint32_t>(noted.st_ino);
    learned.uid = noted.st_uid;
    learned.gid = noted.st_gid;
    learned.file_size = static_cast<std::uint32_t>(noted.st_size);
    if (git_index_add(index, &learned) == 0) ++settled;
  }
  return settled;
}

bool has_read_much(const git_diff* diff) {
  git_diff_perfdata work = GIT_DIFF_PERFDATA_INIT;
  return git_diff_get_perfdata(&work, diff) == 0 && work.oid_calculations > kMuch;
}

}  // namespace collet::git
