// The host's store in memory. For the testing headers.
#pragma once
#include <algorithm>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "collet/abi/store.h"
#include "collet/detail/text.hpp"

namespace collet::testing::detail {

/// Keys with values, and append logs, as the server's but without limits of their size. Any thread.
class FakeStore {
 public:
  using Values = std::map<std::string, std::string>;
  struct Record {
    std::int64_t position = 0;
    std::string text;
    Values values;
  };

  void put(const std::string& key, std::string value) {
    const std::lock_guard lock(mutex_);
    values_[key] = std::move(value);
  }
  std::optional<std::string> get(const std::string& key) const {
    const std::lock_guard lock(mutex_);
    const auto found = values_.find(key);
    return found == values_.end() ? std::nullopt : std::optional(found->second);
  }
  bool erase(const std::string& key) {
    const std::lock_guard lock(mutex_);
    return values_.erase(key) != 0;
  }
  std::vector<std::string> keys(std::string_view prefix) const {
    const std::lock_guard lock(mutex_);
    std::vector<std::string> found;
    for (const auto& [key, value] : values_)
      if (key.starts_with(prefix)) found.push_back(key);
    return found;
  }

  /// The handle of a log, 0 when it would have more than 8 indexes.
  collet_handle open(const std::string& name, const std::vector<std::string>& indexes) {
    const std::lock_guard lock(mutex_);
    auto names = logs_[name].indexes;
    names.insert(indexes.begin(), indexes.end());
    if (names.size() > kMaxIndexes) return 0;
    logs_[name].indexes = std::move(names);
    open_[++last_handle_] = name;
    return last_handle_;
  }
  void close(collet_handle log) {
    const std::lock_guard lock(mutex_);
    open_.erase(log);
  }
  /// Runs `use` with the log behind the handle.
  template <class Use>
  collet_status with_log(collet_handle handle, collet_sink error, Use use) {
    const std::lock_guard lock(mutex_);
    const auto found = open_.find(handle);
    if (found == open_.end()) {
      collet::detail::give(error, "no such log is open");
      return COLLET_INVALID;
    }
    return use(logs_[found->second]);
  }

  struct Log {
    std::set<std::string> indexes;
    std::vector<Record> records;
    std::int64_t last_position = 0;

    /// The position, 0 when an index is not declared.
    std::int64_t append(std::string text, Values values) {
      for (const auto& [name, value] : values)
        if (!indexes.contains(name)) return 0;
      records.push_back({++last_position, std::move(text), std::move(values)});
      return last_position;
    }
    std::vector<Record> read(const collet_log_query& query) const {
      std::vector<Record> found = records;
      if (query.descending != 0) std::reverse(found.begin(), found.end());
      std::erase_if(found, [&](const Record& record) { return !matches(record, query); });
      const auto limit = static_cast<std::size_t>(query.limit > 0 ? query.limit : kReadLimit);
      if (found.size() > limit) found.resize(limit);
      return found;
    }
    std::int64_t erase_before(std::int64_t position) {
      return static_cast<std::int64_t>(
          std::erase_if(records, [&](const Record& record) { return record.position < position; }));
    }

   private:
    static bool matches(const Record& record, const collet_log_query& query) {
      if (query.from_position != 0 && (query.descending != 0 ? record.position > query.from_position
                                                             : record.position < query.from_position))
        return false;
      for (const auto& [name, value] : collet::detail::to_pairs(query.equals)) {
        const auto found = record.values.find(name);
        if (found == record.values.end() || found->second != value) return false;
      }
      return true;
    }
  };

  std::vector<std::string> records(const std::string& log) const {
    const std::lock_guard lock(mutex_);
    std::vector<std::string> texts;
    if (const auto found = logs_.find(log); found != logs_.end())
      for (const auto& record : found->second.records) texts.push_back(record.text);
    return texts;
  }

 private:
  static constexpr std::size_t kMaxIndexes = 8;
  static constexpr int kReadLimit = 1000;

  mutable std::mutex mutex_;
  std::map<std::string, std::string> values_;
  std::map<std::string, Log> logs_;
  std::map<collet_handle, std::string> open_;
  collet_handle last_handle_ = 0;
};

}  // namespace collet::testing::detail
