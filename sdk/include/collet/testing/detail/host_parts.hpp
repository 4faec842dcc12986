// What the fake host keeps, and its tables for what is its own. For the testing headers.
#pragma once
#include <atomic>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "collet/abi/catalogue.h"
#include "collet/abi/config.h"
#include "collet/abi/entry.h"
#include "collet/abi/host.h"
#include "collet/abi/log.h"
#include "collet/abi/process.h"
#include "collet/abi/shared_store.h"
#include "collet/abi/store.h"
#include "collet/testing/detail/fake_management.hpp"
#include "collet/testing/detail/fake_masks.hpp"
#include "collet/testing/detail/fake_sessions.hpp"
#include "collet/testing/detail/fake_shared_store.hpp"
#include "collet/testing/detail/fake_store.hpp"
#include "collet/testing/detail/fake_world.hpp"
#include "collet/testing/detail/real_processes.hpp"
#include "collet/testing/temporary_folder.hpp"

namespace collet::testing {

/// One line that the plugin has logged.
struct LogLine {
  int level = COLLET_LOG_INFO;  ///< COLLET_LOG_…
  std::string text;
};

namespace detail {

struct HostParts {
  mutable std::mutex mutex;  // guards what follows, up to the store
  std::string config;
  std::vector<LogLine> log;
  std::vector<std::string> commands;
  std::string catalogue = "[]";
  std::string models =
      R"({"compiled":"","columns":[],"providers":[],"verified":{},"subscriptions":{},"models":{}})";
  std::unique_ptr<TemporaryFolder> state_dir;  // null: not asked for yet
  std::vector<std::string> missing;            ///< features that this host doesn't have

  FakeStore store;
  FakeSharedStore shared_store;
  FakeWorld world;
  FakeManagement management;
  FakeSessions sessions;
  FakeMasks masks;
  std::unique_ptr<RealProcesses> processes;  ///< null: every spawn is refused
};

inline HostParts& parts(const collet_host* host) { return *static_cast<HostParts*>(host->context); }

inline collet_status refuse(collet_sink error, collet_status status, std::string_view why) {
  collet::detail::give(error, why);
  return status;
}

// ---- log, config, catalogue
inline void log_write(const collet_host* host, std::int32_t level, collet_str text) noexcept {
  auto& self = parts(host);
  const std::lock_guard lock(self.mutex);
  self.log.push_back({level, collet::detail::to_string(text)});
}

inline collet_status config_section(const collet_host* host, collet_sink text) noexcept {
  collet::detail::give(text, parts(host).config);
  return COLLET_OK;
}

inline collet_status config_state_dir(const collet_host* host, collet_sink path) noexcept {
  auto& self = parts(host);
  const std::lock_guard lock(self.mutex);
  try {
    if (self.state_dir == nullptr) self.state_dir = std::make_unique<TemporaryFolder>();
  } catch (const std::exception& error) {
    return refuse(path, COLLET_UNAVAILABLE, error.what());
  }
  collet::detail::give(path, self.state_dir->path());
  return COLLET_OK;
}

inline collet_status catalogue_tools(const collet_host* host, collet_sink json) noexcept {
  auto& self = parts(host);
  const std::lock_guard lock(self.mutex);
  collet::detail::give(json, self.catalogue);
  return COLLET_OK;
}

inline collet_status catalogue_models(const collet_host* host, collet_sink json) noexcept {
  auto& self = parts(host);
  const std::lock_guard lock(self.mutex);
  collet::detail::give(json, self.models);
  return COLLET_OK;
}

// ---- store
inline collet_status store_put(const collet_host* host, collet_str key, collet_str value,
                               collet_sink) noexcept {
  parts(host).store.put(collet::detail::to_string(key), collet::detail::to_string(value));
  return COLLET_OK;
}
inline collet_status store_get(const collet_host* host, collet_str key, collet_sink sink) noexcept {
  const auto value = parts(host).store.get(collet::detail::to_string(key));
  if (!value) return refuse(sink, COLLET_NOT_FOUND, "no such key");
  collet::detail::give(sink, *value);
  return COLLET_OK;
}
inline collet_status store_erase(const collet_host* host, collet_str key, collet_sink error) noexcept {
  return parts(host).store.erase(collet::detail::to_string(key))
             ? COLLET_OK
             : refuse(error, COLLET_NOT_FOUND, "no such key");
}
inline collet_status store_keys(const collet_host* host, collet_str prefix, collet_sink each,
                                collet_sink) noexcept {
  for (const auto& key : parts(host).store.keys(collet::detail::to_view(prefix)))
    collet::detail::give(each, key);
  return COLLET_OK;
}
// ---- shared store
inline collet_status shared_get(const collet_host* host, collet_str key, int64_t* revision,
                                collet_sink sink) noexcept {
  const auto value = parts(host).shared_store.get(collet::detail::to_string(key));
  if (value.revision == COLLET_REVISION_NONE) return refuse(sink, COLLET_NOT_FOUND, "no such key");
  if (revision != nullptr) *revision = value.revision;
  collet::detail::give(sink, value.text);
  return COLLET_OK;
}
inline collet_status shared_put(const collet_host* host, collet_str key, collet_str value, int64_t expected,
                                int64_t* revision, collet_sink error) noexcept {
  const auto stored = parts(host).shared_store.put(collet::detail::to_string(key),
                                                   collet::detail::to_string(value), expected);
  if (stored == COLLET_REVISION_NONE) return refuse(error, COLLET_CONFLICT, "the key has another revision");
  if (revision != nullptr) *revision = stored;
  return COLLET_OK;
}
inline collet_status shared_erase(const collet_host* host, collet_str key, int64_t expected,
                                  collet_sink error) noexcept {
  const auto status = parts(host).shared_store.erase(collet::detail::to_string(key), expected);
  if (status == COLLET_OK) return status;
  return refuse(error, status, status == COLLET_CONFLICT ? "the key has another revision" : "no such key");
}
inline collet_status shared_keys(const collet_host* host, collet_str prefix, collet_sink each,
                                 collet_sink) noexcept {
  for (const auto& key : parts(host).shared_store.keys(collet::detail::to_view(prefix)))
    collet::detail::give(each, key);
  return COLLET_OK;
}
// ---- logs
inline collet_status log_open(const collet_host* host, collet_str name, const collet_str* indexes,
                              size_t count, collet_handle* log, collet_sink error) noexcept {
  std::vector<std::string> names;
  for (size_t i = 0; i < count; ++i) names.push_back(collet::detail::to_string(indexes[i]));
  *log = parts(host).store.open(collet::detail::to_string(name), names);
  return *log != 0 ? COLLET_OK : refuse(error, COLLET_INVALID, "a log has at most 8 indexes");
}
inline void log_close(const collet_host* host, collet_handle log) noexcept { parts(host).store.close(log); }
inline collet_status log_append(const collet_host* host, collet_handle log, collet_str record,
                                collet_pairs values, int64_t* position, collet_sink error) noexcept {
  return parts(host).store.with_log(log, error, [&](FakeStore::Log& opened) {
    FakeStore::Values given;
    for (auto& [name, value] : collet::detail::to_pairs(values)) given[name] = value;
    *position = opened.append(collet::detail::to_string(record), std::move(given));
    return *position != 0 ? COLLET_OK : refuse(error, COLLET_INVALID, "an index was not declared");
  });
}
inline void log_append_later(const collet_host* host, collet_handle log, collet_str record,
                             collet_pairs values, void* context,
                             void (*done)(void*, collet_status, int64_t, collet_str)) noexcept {
  std::string error;
  int64_t position = 0;
  const auto status = log_append(host, log, record, values, &position, collet::detail::into(error));
  done(context, status, position, collet::detail::to_str(error));
}
inline collet_status log_read(const collet_host* host, collet_handle log, const collet_log_query* query,
                              void* context, void (*each)(void*, int64_t, collet_str),
                              collet_sink error) noexcept {
  std::vector<FakeStore::Record> found;
  const auto status = parts(host).store.with_log(log, error, [&](const FakeStore::Log& opened) {
    found = opened.read(*query);
    return COLLET_OK;
  });
  for (const auto& record : found) each(context, record.position, collet::detail::to_str(record.text));
  return status;
}
inline collet_status log_erase_before(const collet_host* host, collet_handle log, int64_t position,
                                      int64_t* erased, collet_sink error) noexcept {
  return parts(host).store.with_log(log, error, [&](FakeStore::Log& opened) {
    *erased = opened.erase_before(position);
    return COLLET_OK;
  });
}
inline collet_status log_erase_all(const collet_host* host, collet_handle log, int64_t* erased,
                                   collet_sink error) noexcept {
  return log_erase_before(host, log, INT64_MAX, erased, error);
}

// ---- processes
inline collet_status process_spawn(const collet_host* host, const collet_spawn* spawn, void* context,
                                   void (*exited)(void*, int32_t), collet_handle* process,
                                   collet_sink error) noexcept {
  auto& processes = parts(host).processes;
  if (processes == nullptr) return refuse(error, COLLET_UNAVAILABLE, "this test allows no processes");
  *process = processes->spawn(*spawn, [context, exited](int status) { exited(context, status); });
  return *process != 0 ? COLLET_OK : refuse(error, COLLET_INVALID, "no such program or folder");
}
inline collet_status process_signal(const collet_host* host, collet_handle process, int32_t number) noexcept {
  auto& processes = parts(host).processes;
  return processes != nullptr && processes->signal(process, number) ? COLLET_OK : COLLET_NOT_FOUND;
}
inline void process_end(const collet_host* host, collet_handle process, int32_t grace_ms) noexcept {
  if (auto& processes = parts(host).processes; processes != nullptr)
    processes->end(process, std::chrono::milliseconds(grace_ms));
}
inline int64_t process_pid(const collet_host* host, collet_handle process) noexcept {
  auto& processes = parts(host).processes;
  return processes == nullptr ? 0 : processes->pid(process);
}
inline void process_release(const collet_host* host, collet_handle process) noexcept {
  process_end(host, process, 1000);
}

}  // namespace detail
}  // namespace collet::testing
