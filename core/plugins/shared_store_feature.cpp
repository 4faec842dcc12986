// The host's side of "shared_store".
#include <string>

#include "plugins/boundary.hpp"
#include "plugins/guest.hpp"
#include "plugins/host_features.hpp"
#include "settings/plugin_documents.hpp"

namespace collet::plugins {
namespace {

using settings::PluginDocuments;

static_assert(COLLET_REVISION_ANY == PluginDocuments::kAny);
static_assert(COLLET_REVISION_NONE == PluginDocuments::kNone);

template <class F>
collet_status with_documents(const collet_host* host, collet_sink error, F f) noexcept {
  return guarded(error, [&]() -> collet_status {
    const Guest& guest = guest_of(host);
    PluginDocuments* documents = guest.household.documents.load();
    if (documents == nullptr) return refuse(error, unavailable("the shared store is not there yet"));
    return f(*documents, guest.name);
  });
}

collet_status get(const collet_host* host, collet_str key, int64_t* revision,
                  collet_sink value_or_error) noexcept {
  return with_documents(host, value_or_error,
                        [&](const PluginDocuments& documents, const std::string& plugin) {
                          const auto value = documents.get(plugin, detail::to_string(key));
                          if (!value) return refuse(value_or_error, value.error());
                          if (revision != nullptr) *revision = value->revision;
                          detail::give(value_or_error, value->text);
                          return collet_status{COLLET_OK};
                        });
}

collet_status put(const collet_host* host, collet_str key, collet_str value, int64_t expected,
                  int64_t* revision, collet_sink error) noexcept {
  return with_documents(host, error, [&](PluginDocuments& documents, const std::string& plugin) {
    const auto stored = documents.put(plugin, detail::to_string(key), detail::to_string(value), expected);
    if (!stored) return refuse(error, stored.error());
    if (revision != nullptr) *revision = *stored;
    return collet_status{COLLET_OK};
  });
}

collet_status erase(const collet_host* host, collet_str key, int64_t expected, collet_sink error) noexcept {
  return with_documents(host, error, [&](PluginDocuments& documents, const std::string& plugin) {
    return answer(error, documents.erase(plugin, detail::to_string(key), expected));
  });
}

collet_status keys(const collet_host* host, collet_str prefix, collet_sink each, collet_sink error) noexcept {
  return with_documents(host, error, [&](const PluginDocuments& documents, const std::string& plugin) {
    const auto found = documents.keys(plugin, detail::to_string(prefix));
    if (!found) return refuse(error, found.error());
    for (const auto& key : *found) detail::give(each, key);
    return collet_status{COLLET_OK};
  });
}

}  // namespace

const collet_shared_store kSharedStoreFeature{sizeof(collet_shared_store), get, put, erase, keys};

}  // namespace collet::plugins
