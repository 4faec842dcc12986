// What one plugin keeps: values by key, and append logs with indexes. Its own SQLite file and writer, so that
// a busy plugin can't delay the conversations. Bounded in bytes. Any thread; writing blocks until committed
// unless it says otherwise.
#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "storage/database.hpp"

namespace collet::storage {

class PluginStore {
 public:
  struct Limits {
    std::size_t value_bytes = 16U << 20;  ///< one value or record
    std::int64_t keys_bytes = 64 << 20;   ///< all keys and values
    std::int64_t log_bytes = 256 << 20;   ///< per log, records and index values; the oldest records make room
  };

  /// Opens or makes <state_dir>/plugins/<name>.sqlite3. `name` is lower-case letters, digits, '-' and '_'.
  /// An acknowledged write survives the end of the process; power loss may take the last moments.
  static Result<std::unique_ptr<PluginStore>> open(const std::filesystem::path& state_dir,
                                                   const std::string& name);
  static Result<std::unique_ptr<PluginStore>> open(const std::filesystem::path& state_dir,
                                                   const std::string& name, Limits limits,
                                                   Database::Options options);

  Result<void> put(const std::string& key,
                   const std::string& value);             ///< kUnavailable: the bytes are used up
  Result<std::string> get(const std::string& key) const;  ///< kNotFound
  Result<bool> erase(const std::string& key);             ///< whether it was there
  Result<std::vector<std::string>> keys(const std::string& prefix) const;  ///< sorted

  using IndexValues = std::map<std::string, std::string>;
  struct Record {
    std::int64_t position = 0;  ///< 1, 2, 3 … per log, never given twice
    std::string text;
  };
  struct Query {
    IndexValues equals = {};         ///< all must match; names must be declared
    std::int64_t from_position = 0;  ///< inclusive; 0: the first, or the last when descending
    bool descending = false;
    int limit = 100;
  };

  /// Makes a log, or declares further indexes of it (those of records to come). Names: as of the store, '_'
  /// included.
  Result<void> declare_log(const std::string& log, const std::vector<std::string>& indexes);
  /// Appends; the position. kInvalid: log or index not declared, or the record too large.
  Result<std::int64_t> append(const std::string& log, const std::string& text, const IndexValues& values);
  /// The same without waiting; `done` runs on the writer's thread and must not block.
  void append(const std::string& log, std::string text, IndexValues values,
              std::function<void(Result<std::int64_t>)> done);
  /// Costs the same in a log of any length (with several `equals`: in how often their values alternate).
  Result<std::vector<Record>> read(const std::string& log, const Query& query) const;
  Result<std::int64_t> erase_all(const std::string& log);                            ///< how many
  Result<std::int64_t> erase_before(const std::string& log, std::int64_t position);  ///< how many

 private:
  PluginStore(std::unique_ptr<Database> database, Limits limits);
  std::unique_ptr<Database> database_;
  Limits limits_;
};

}  // namespace collet::storage
