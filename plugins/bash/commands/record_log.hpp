// The part of the host's append log that bash events need; memory stands in for it in unit tests.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace collet::bash {

class RecordLog {
 public:
  struct Record {
    std::int64_t position = 0;  ///< 1, 2, …
    std::string text;
  };
  struct Query {
    std::map<std::string, std::string> equals;
    std::int64_t from_position = 0;  ///< inclusive; 0: from the first, or the last
    bool descending = false;
    int limit = 0;
  };

  RecordLog() = default;
  RecordLog(const RecordLog&) = delete;
  RecordLog& operator=(const RecordLog&) = delete;
  virtual ~RecordLog() = default;
  // All of them any thread; they block on the disk and throw when it fails.
  /// The record's position.
  virtual std::int64_t append(const std::string& text, const std::map<std::string, std::string>& indexes) = 0;
  virtual std::vector<Record> read(const Query& query) const = 0;
  virtual std::int64_t erase_all() = 0;
  /// Erases the records before `position`; how many.
  virtual std::int64_t erase_before(std::int64_t position) = 0;
};

}  // namespace collet::bash
