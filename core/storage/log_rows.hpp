// The SQL of a plugin store's append logs. Runs inside jobs and readers of the plugin's database.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "storage/plugin_store.hpp"
#include "storage/session.hpp"

namespace collet::storage::log_rows {

void declare(Session& session, const std::string& log, const std::vector<std::string>& indexes);

/// Appends and lets the oldest records go until the log is within `max_bytes` again. Throws StorageError
/// kInvalid when the log or an index is not declared.
std::int64_t append(Session& session, const std::string& log, const std::string& text,
                    const PluginStore::IndexValues& values, std::int64_t max_bytes);

std::vector<PluginStore::Record> read(Session& session, const std::string& log,
                                      const PluginStore::Query& query);

/// Removes the records before `position`; how many.
std::int64_t erase_before(Session& session, const std::string& log, std::int64_t position);

}  // namespace collet::storage::log_rows
