#include "settings/plugin_documents.hpp"

#include <algorithm>

#include "base/time.hpp"
#include "collet/json.hpp"

namespace collet::settings {
namespace {

// A document {"revision": …, "value": sealed} whose name is its seal's context, so that a change of the
// secret key needs to know nothing of plugins.
std::string name_of(const std::string& plugin, const std::string& key) {
  return "plugin/" + plugin + "/" + key;
}

Error damaged(const std::string& key) { return internal("the stored value of '" + key + "' is damaged"); }
Error changed(const std::string& key) {
  return conflict("'" + key + "' has another revision: somebody has changed it");
}

Result<std::int64_t> revision_of(const std::string& key, const std::string& stored) {
  const auto document = json::parse(stored);
  const auto revision = document ? json::int_at(*document, "revision") : std::nullopt;
  if (!revision) return damaged(key);
  return *revision;
}

Result<void> check(const std::string& key, const std::string& text) {
  if (key.empty() || key.size() > PluginDocuments::kKeyBytes)
    return invalid("a key has 1 to " + std::to_string(PluginDocuments::kKeyBytes) + " bytes");
  if (text.size() > PluginDocuments::kValueBytes)
    return invalid("a value has at most " + std::to_string(PluginDocuments::kValueBytes) + " bytes");
  json::Writer quoted;
  quoted.value(key);
  if (key.find('\0') != std::string::npos || !json::parse(quoted.take()))
    return invalid("a key is UTF-8 without NUL bytes");
  return {};
}

}  // namespace

Result<PluginDocuments::Value> PluginDocuments::get(const std::string& plugin, const std::string& key) const {
  const auto name = name_of(plugin, key);
  const auto stored = documents_.get(name);
  if (!stored && stored.error().kind == Error::Kind::kNotFound) return not_found("no such key");
  if (!stored) return stored.error();
  const auto revision = revision_of(key, *stored);
  if (!revision) return revision.error();
  auto text = box_.open(json::string_or(*json::parse(*stored), "value"), name);
  if (!text) return text.error();
  return Value{std::move(*text), *revision};
}

Result<std::int64_t> PluginDocuments::put(const std::string& plugin, const std::string& key,
                                          const std::string& text, std::int64_t expected) {
  if (auto fine = check(key, text); !fine) return fine.error();
  const auto name = name_of(plugin, key);
  if (expected <= kNone) {  // it may be new
    const auto present = keys(plugin, "");
    if (!present) return present.error();
    if (present->size() >= kKeys && !std::binary_search(present->begin(), present->end(), key))
      return unavailable("the plugin has " + std::to_string(kKeys) + " shared keys already");
  }
  const std::string sealed = box_.seal(text, name);
  std::int64_t revision = 0;
  auto stored = documents_.update(name, [&](const std::optional<std::string>& now) -> Result<std::string> {
    Result<std::int64_t> present = kNone;
    if (now) present = revision_of(key, *now);
    if (!present) return present.error();
    if (expected != kAny && expected != *present) return changed(key);
    // The time, so that a key which is erased and made again does not come to a revision that it had before.
    revision = std::max(*present + 1, static_cast<std::int64_t>(now_micros()));
    json::Writer w;
    w.object().member("revision", revision).member("value", sealed).end();
    return w.take();
  });
  if (!stored) return stored.error();
  return revision;
}

Result<void> PluginDocuments::erase(const std::string& plugin, const std::string& key,
                                    std::int64_t expected) {
  auto removed = documents_.remove_if(name_of(plugin, key), [&](const std::string& now) -> Result<void> {
    if (expected == kAny) return {};
    const auto present = revision_of(key, now);
    if (!present) return present.error();
    return *present == expected ? Result<void>() : Result<void>(changed(key));
  });
  if (!removed && removed.error().kind == Error::Kind::kNotFound) return not_found("no such key");
  return removed;
}

Result<std::vector<std::string>> PluginDocuments::keys(const std::string& plugin,
                                                       const std::string& prefix) const {
  auto names = documents_.names(name_of(plugin, prefix));
  if (!names) return names.error();
  const auto cut = name_of(plugin, "").size();
  for (auto& name : *names) name.erase(0, cut);
  return names;
}

}  // namespace collet::settings
