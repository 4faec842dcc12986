// Storage of the plugin's own: keys with values, and append logs with declared indexes. Every call but
// append_later() blocks until the disk has answered; any thread.
#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "collet/abi/host.h"
#include "collet/abi/store.h"
#include "collet/detail/text.hpp"

namespace collet {

class StoreError : public HostError {
 public:
  using HostError::HostError;
};

/// Which records of a log to read.
struct LogQuery {
  std::map<std::string, std::string> equals =
      {};                          ///< declared index = value, all of them; empty: every record
  std::int64_t from_position = 0;  ///< inclusive, in the direction of reading; 0: from the first (or last)
  bool descending = false;         ///< newest first
  int limit = 0;                   ///< at most that many; 0: the host's own limit
};

/// What became of a record that append_later() took.
struct Appended {
  std::int64_t position = 0;
  std::string error = {};  ///< for people; empty: it is stored
};

/// An append log. A movable handle; the records stay when it goes. Lives no longer than the plugin.
class LogStore {
 public:
  struct Record {
    std::int64_t position;  ///< 1, 2, …
    std::string text;       ///< JSON
  };

  LogStore(const collet_host* host, const collet_store* table, collet_handle handle)
      : host_(host), table_(table), handle_(handle) {}
  LogStore(LogStore&& other) noexcept
      : host_(other.host_), table_(other.table_), handle_(std::exchange(other.handle_, 0)) {}
  LogStore& operator=(LogStore&& other) noexcept {
    std::swap(host_, other.host_);
    std::swap(table_, other.table_);
    std::swap(handle_, other.handle_);
    return *this;
  }
  LogStore(const LogStore&) = delete;
  LogStore& operator=(const LogStore&) = delete;
  ~LogStore() {
    if (handle_ != 0) table_->log_close(host_, handle_);
  }

  /// Appends one record (JSON text) with values for declared indexes. Returns its position.
  std::int64_t append(const std::string& record,
                      const std::map<std::string, std::string>& index_values = {}) {
    std::string error;
    std::int64_t position = 0;
    const detail::PairsView values(index_values);
    detail::check<StoreError>(table_->log_append(host_, handle_, detail::to_str(record), values.get(),
                                                 &position, detail::into(error)),
                              error);
    return position;
  }

  /// Appends without waiting; records are stored in the order of the calls, those of append() too. `done` is
  /// called once, maybe before this returns, else on the host's storing thread: it must not block, throw, or
  /// call another function of a store. The plugin's stop() waits for it.
  void append_later(const std::string& record, const std::map<std::string, std::string>& index_values,
                    std::function<void(const Appended&)> done) {
    if (table_->struct_size <= offsetof(collet_store, log_append_later))
      return append_now(record, index_values, done);
    const detail::PairsView values(index_values);
    auto context = std::make_unique<std::function<void(const Appended&)>>(std::move(done));
    table_->log_append_later(host_, handle_, detail::to_str(record), values.get(), context.release(),
                             [](void* given, collet_status, std::int64_t position, collet_str error) {
                               const std::unique_ptr<std::function<void(const Appended&)>> taken(
                                   static_cast<std::function<void(const Appended&)>*>(given));
                               (*taken)({position, detail::to_string(error)});
                             });
  }

  std::vector<Record> read(const LogQuery& query = {}) const {
    std::string error;
    std::vector<Record> records;
    const detail::PairsView equals(query.equals);
    const collet_log_query asked{sizeof(collet_log_query), equals.get(), query.from_position,
                                 query.descending ? 1 : 0, query.limit};
    const auto each = [](void* context, std::int64_t position, collet_str text) {
      static_cast<std::vector<Record>*>(context)->push_back({position, detail::to_string(text)});
    };
    detail::check<StoreError>(table_->log_read(host_, handle_, &asked, &records, each, detail::into(error)),
                              error);
    return records;
  }

  /// Erases all records. Returns how many. Positions go on where they were.
  std::int64_t erase_all() {
    std::string error;
    std::int64_t erased = 0;
    detail::check<StoreError>(table_->log_erase_all(host_, handle_, &erased, detail::into(error)), error);
    return erased;
  }
  /// Erases the records before `position`. Returns how many.
  std::int64_t erase_before(std::int64_t position) {
    std::string error;
    std::int64_t erased = 0;
    detail::check<StoreError>(
        table_->log_erase_before(host_, handle_, position, &erased, detail::into(error)), error);
    return erased;
  }

 private:
  // For a host that is older than append_later().
  void append_now(const std::string& record, const std::map<std::string, std::string>& index_values,
                  const std::function<void(const Appended&)>& done) {
    Appended outcome;
    try {
      outcome.position = append(record, index_values);
    } catch (const StoreError& error) {
      outcome.error = error.what();
    }
    done(outcome);
  }

  const collet_host* host_;
  const collet_store* table_;
  collet_handle handle_;
};

/// The plugin's keys and logs. A value: copies mean the same store. Throws StoreError.
class Store {
 public:
  Store(const collet_host* host, const collet_store* table) : host_(host), table_(table) {}

  void put(std::string_view key, std::string_view value) {
    std::string error;
    const auto status = table_->put(host_, detail::to_str(key), detail::to_str(value), detail::into(error));
    detail::check<StoreError>(status, error);
  }
  std::optional<std::string> get(std::string_view key) const {
    std::string value;
    const auto status = table_->get(host_, detail::to_str(key), detail::into(value));
    if (status == COLLET_NOT_FOUND) return std::nullopt;
    detail::check<StoreError>(status, value);
    return value;
  }
  /// False: there was no such key.
  bool erase(std::string_view key) {
    std::string error;
    const auto status = table_->erase(host_, detail::to_str(key), detail::into(error));
    if (status == COLLET_NOT_FOUND) return false;
    detail::check<StoreError>(status, error);
    return true;
  }
  /// The keys with this prefix, in byte order.
  std::vector<std::string> keys(std::string_view prefix) const {
    std::string error;
    std::vector<std::string> found;
    const auto status = table_->keys(host_, detail::to_str(prefix), detail::into(found), detail::into(error));
    detail::check<StoreError>(status, error);
    return found;
  }
  /// Opens an append log, made when it is not there. `indexes`: what records may be searched by, at most 8
  /// names.
  LogStore log(std::string_view name, const std::vector<std::string>& indexes) {
    std::string error;
    std::vector<collet_str> names;
    names.reserve(indexes.size());
    for (const auto& index : indexes) names.push_back(detail::to_str(index));
    collet_handle handle = 0;
    const auto status = table_->log_open(host_, detail::to_str(name), names.data(), names.size(), &handle,
                                         detail::into(error));
    detail::check<StoreError>(status, error);
    return {host_, table_, handle};
  }

 private:
  const collet_host* host_;
  const collet_store* table_;
};

}  // namespace collet
