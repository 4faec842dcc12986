// For the unit tests: an append log in memory.
#pragma once
#include <algorithm>
#include <atomic>
#include <functional>
#include <mutex>
#include <utility>

#include "commands/record_log.hpp"

namespace collet::bash::testing {

class MemoryLog final : public RecordLog {
 public:
  void append(const std::string& text, const Indexes& indexes, Appended done) override {
    std::unique_lock lock(mutex_);
    if (slow) {
      waiting_bytes_ += text.size();
      return waiting_.push_back([=, this] { append_now(text, indexes, done); });
    }
    lock.unlock();
    append_now(text, indexes, done);
  }
  /// What came while it was slow.
  std::size_t waiting_bytes() const { return waiting_bytes_; }
  /// Stores it.
  void catch_up() {
    slow = false;
    std::unique_lock lock(mutex_);
    const auto waiting = std::exchange(waiting_, {});
    lock.unlock();
    for (const auto& append : waiting) append();
  }
  std::vector<Record> read(const Query& query) const override {
    const std::lock_guard lock(mutex_);
    auto entries = entries_;
    if (query.descending) std::reverse(entries.begin(), entries.end());
    std::vector<Record> found;
    for (const auto& [record, indexes] : entries) {
      const auto from = query.from_position;
      if (from != 0 && (query.descending ? record.position > from : record.position < from)) continue;
      const bool equal =
          std::all_of(query.equals.begin(), query.equals.end(), [&values = indexes](const auto& wanted) {
            const auto value = values.find(wanted.first);
            return value != values.end() && value->second == wanted.second;
          });
      if (equal && static_cast<int>(found.size()) < query.limit) found.push_back(record);
    }
    reads_ += found.size();
    return found;
  }
  std::int64_t erase_all() override {
    const std::lock_guard lock(mutex_);
    const auto count = static_cast<std::int64_t>(entries_.size());
    entries_.clear();
    return count;
  }

  std::int64_t erase_before(std::int64_t position) override {
    const std::lock_guard lock(mutex_);
    return static_cast<std::int64_t>(
        std::erase_if(entries_, [&](const Entry& entry) { return entry.record.position < position; }));
  }
  /// How many records have been read.
  std::size_t reads() const { return reads_; }

  std::atomic<bool> broken{false};
  std::atomic<bool> slow{false};

 private:
  void append_now(const std::string& text, const Indexes& indexes, const Appended& done) {
    if (broken) return done(0, "the disk is full");
    std::int64_t position = 0;
    {
      const std::lock_guard lock(mutex_);
      entries_.push_back({{position = ++last_, text}, indexes});
    }
    done(position, {});
  }

  struct Entry {
    Record record;
    std::map<std::string, std::string> indexes;
  };
  mutable std::mutex mutex_;
  std::vector<Entry> entries_;
  std::vector<std::function<void()>> waiting_;
  std::atomic<std::size_t> waiting_bytes_{0};
  std::int64_t last_ = 0;
  mutable std::atomic<std::size_t> reads_{0};
};

}  // namespace collet::bash::testing
