#pragma once
#include <sys/stat.h>

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace collet::file {

/// Keeps the `most` files of a search that were changed last, however many it finds. One thread.
class NewestFiles {
 public:
  explicit NewestFiles(std::size_t most = 100) : most_(most) {}

  /// A file that is gone, or no regular one, does not count.
  void add(std::string path) {
    struct stat status {};
    if (::lstat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) return;
    ++found_;
    files_.push_back({status.st_mtim.tv_sec, status.st_mtim.tv_nsec, std::move(path)});
    std::push_heap(files_.begin(), files_.end(), newer);
    if (files_.size() <= most_) return;
    std::pop_heap(files_.begin(), files_.end(), newer);  // the oldest
    files_.pop_back();
  }
  bool truncated() const { return found_ > most_; }
  /// Newest first; those of the same time by name. Ends its use.
  std::vector<std::string> take() {
    std::sort_heap(files_.begin(), files_.end(), newer);
    std::vector<std::string> paths;
    for (auto& file : files_) paths.push_back(std::move(file.path));
    files_.clear();
    return paths;
  }

 private:
  struct File {
    std::time_t seconds;
    long nanoseconds;
    std::string path;
  };
  static bool newer(const File& a, const File& b) {
    if (a.seconds != b.seconds) return a.seconds > b.seconds;
    if (a.nanoseconds != b.nanoseconds) return a.nanoseconds > b.nanoseconds;
    return a.path < b.path;
  }

  const std::size_t most_;
  std::size_t found_ = 0;
  std::vector<File> files_;  // a heap with the oldest on top
};

}  // namespace collet::file
