#pragma once
#include <utility>

#include "collet/store.hpp"
#include "commands/record_log.hpp"

namespace collet::bash {

/// A log in the host's store.
class HostRecordLog final : public RecordLog {
 public:
  explicit HostRecordLog(LogStore log) : log_(std::move(log)) {}
  void append(const std::string& text, const Indexes& indexes, Appended done) override {
    log_.append_later(text, indexes, [done = std::move(done)](const collet::Appended& outcome) {
      done(outcome.position, outcome.error);
    });
  }
  std::vector<Record> read(const Query& query) const override {
    std::vector<Record> records;
    for (auto& record : log_.read({query.equals, query.from_position, query.descending, query.limit}))
      records.push_back({record.position, std::move(record.text)});
    return records;
  }
  std::int64_t erase_all() override { return log_.erase_all(); }
  std::int64_t erase_before(std::int64_t position) override { return log_.erase_before(position); }

 private:
  LogStore log_;
};

}  // namespace collet::bash
