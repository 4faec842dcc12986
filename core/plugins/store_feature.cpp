// The host's side of "store".
#include <string>
#include <vector>

#include "plugins/boundary.hpp"
#include "plugins/guest.hpp"
#include "plugins/host_features.hpp"

namespace collet::plugins {
namespace {

using storage::PluginStore;

constexpr int kReadLimit = 1000;
constexpr std::size_t kMaxIndexes = 8;

// Keys and names; SQL would end at a NUL byte or refuse it.
bool holds_nul(collet_str text) { return detail::to_view(text).find('\0') != std::string_view::npos; }

PluginStore::IndexValues to_values(collet_pairs pairs) {
  PluginStore::IndexValues values;
  for (auto& [name, value] : detail::to_pairs(pairs)) values.insert_or_assign(name, std::move(value));
  return values;
}

template <class F>
collet_status with_store(const collet_host* host, collet_sink error, F f) noexcept {
  return guarded(error, [&]() -> collet_status {
    const auto store = guest_of(host).store.open();
    if (!store) return refuse(error, store.error());
    return f(**store);
  });
}

template <class F>
collet_status with_log(const collet_host* host, collet_handle log, collet_sink error, F f) noexcept {
  return with_store(host, error, [&](PluginStore& store) -> collet_status {
    const auto name = guest_of(host).store.log_name(log);
    if (!name) return refuse(error, name.error());
    return f(store, *name);
  });
}

template <class T>
collet_status set(collet_sink error, const Result<T>& result, T* out) {
  if (!result) return refuse(error, result.error());
  if (out != nullptr) *out = *result;
  return COLLET_OK;
}

collet_status put(const collet_host* host, collet_str key, collet_str value, collet_sink error) noexcept {
  return with_store(host, error, [&](PluginStore& store) {
    if (holds_nul(key)) return refuse(error, invalid("a key holds a NUL byte"));
    return answer(error, store.put(detail::to_string(key), detail::to_string(value)));
  });
}

collet_status get(const collet_host* host, collet_str key, collet_sink sink) noexcept {
  return with_store(host, sink,
                    [&](PluginStore& store) { return answer(sink, store.get(detail::to_string(key))); });
}

collet_status erase(const collet_host* host, collet_str key, collet_sink error) noexcept {
  return with_store(host, error, [&](PluginStore& store) {
    const auto erased = store.erase(detail::to_string(key));
    if (!erased) return refuse(error, erased.error());
    return *erased ? COLLET_OK : refuse(error, not_found("no such key"));
  });
}

collet_status keys(const collet_host* host, collet_str prefix, collet_sink each, collet_sink error) noexcept {
  return with_store(host, error, [&](PluginStore& store) -> collet_status {
    const auto found = store.keys(detail::to_string(prefix));
    if (!found) return refuse(error, found.error());
    for (const auto& key : *found) detail::give(each, key);
    return COLLET_OK;
  });
}

collet_status log_open(const collet_host* host, collet_str name, const collet_str* indexes, size_t count,
                       collet_handle* log, collet_sink error) noexcept {
  return guarded(error, [&]() -> collet_status {
    if (count > kMaxIndexes) return refuse(error, invalid("a log has at most 8 indexes"));
    std::vector<std::string> names;
    for (size_t i = 0; i < count; ++i) names.push_back(detail::to_string(indexes[i]));
    return set(error, guest_of(host).store.open_log(detail::to_string(name), names), log);
  });
}

void log_close(const collet_host* host, collet_handle log) noexcept { guest_of(host).store.close_log(log); }

collet_status log_append(const collet_host* host, collet_handle log, collet_str record,
                         collet_pairs index_values, int64_t* position, collet_sink error) noexcept {
  return with_log(host, log, error, [&](PluginStore& store, const std::string& name) {
    return set(error, store.append(name, detail::to_string(record), to_values(index_values)), position);
  });
}

void log_append_later(const collet_host* host, collet_handle log, collet_str record,
                      collet_pairs index_values, void* context,
                      void (*done)(void* context, collet_status status, int64_t position,
                                   collet_str error)) noexcept {
  const auto tell = [context, done](const Result<std::int64_t>& outcome) {
    if (outcome) return done(context, COLLET_OK, *outcome, {});
    done(context, to_status(outcome.error().kind), 0, detail::to_str(outcome.error().message));
  };
  // Only what has not been handed over is told of here.
  std::string refusal;
  const auto status = with_log(host, log, detail::into(refusal),
                               [&](PluginStore& store, const std::string& name) -> collet_status {
                                 store.append(name, detail::to_string(record), to_values(index_values), tell);
                                 return COLLET_OK;
                               });
  if (status != COLLET_OK) done(context, status, 0, detail::to_str(refusal));
}

collet_status log_read(const collet_host* host, collet_handle log, const collet_log_query* query,
                       void* context, void (*each)(void* context, int64_t position, collet_str record),
                       collet_sink error) noexcept {
  return with_log(host, log, error, [&](PluginStore& store, const std::string& name) -> collet_status {
    PluginStore::Query asked;
    asked.equals = to_values(query->equals);
    asked.from_position = query->from_position;
    asked.descending = query->descending != 0;
    asked.limit = query->limit > 0 ? query->limit : kReadLimit;
    const auto records = store.read(name, asked);
    if (!records) return refuse(error, records.error());
    for (const auto& record : *records) each(context, record.position, detail::to_str(record.text));
    return COLLET_OK;
  });
}

collet_status log_erase_all(const collet_host* host, collet_handle log, int64_t* erased,
                            collet_sink error) noexcept {
  return with_log(host, log, error, [&](PluginStore& store, const std::string& name) {
    return set(error, store.erase_all(name), erased);
  });
}

collet_status log_erase_before(const collet_host* host, collet_handle log, int64_t position, int64_t* erased,
                               collet_sink error) noexcept {
  return with_log(host, log, error, [&](PluginStore& store, const std::string& name) {
    return set(error, store.erase_before(name, position), erased);
  });
}

}  // namespace

const collet_store kStoreFeature{sizeof(collet_store),
                                 put,
                                 get,
                                 erase,
                                 keys,
                                 log_open,
                                 log_close,
                                 log_append,
                                 log_read,
                                 log_erase_all,
                                 log_erase_before,
                                 log_append_later};

}  // namespace collet::plugins
