// The part of the host's append log that bash events need; memory stands in for it in unit tests.
#pragma once
#include <cstdint>
#include <functional>
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
  using Indexes = std::map<std::string, std::string>;
  /// Gets the record's position, or why it is not stored.
  using Appended = std::function<void(std::int64_t position, const std::string& error)>;
  /// Any thread; does not block. Records are stored in the order of the calls. `done` is called once, on the
  /// thread that stores or before this returns, and must not block.
  virtual void append(const std::string& text, const Indexes& indexes, Appended done) = 0;
  // These any thread; they block on the disk and throw when it fails.
  virtual std::vector<Record> read(const Query& query) const = 0;
  virtual std::int64_t erase_all() = 0;
  /// Erases the records before `position`; how many.
  virtual std::int64_t erase_before(std::int64_t position) = 0;
};

}  // namespace collet::bash
