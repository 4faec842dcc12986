#include "settings/secret_store.hpp"

#include <algorithm>
#include <cctype>

#include "collet/json.hpp"

namespace collet::settings {
namespace {

constexpr std::size_t kMostCharacters = 64;

Error no_such_secret() { return not_found("Secret not found"); }

Result<json::Document> parsed(const std::optional<std::string>& text) {
  if (!text) return json::Document(rapidjson::kObjectType);
  auto document = json::parse(*text);
  if (!document || !document->IsObject()) return internal("the stored secrets are damaged");
  return std::move(*document);
}

Result<json::Document> read(const storage::DocumentStore& documents) {
  auto text = documents.get(std::string(SecretStore::kDocument));
  if (text) return parsed(*text);
  if (text.error().kind == Error::Kind::kNotFound) return parsed(std::nullopt);
  return text.error();
}

}  // namespace

bool SecretStore::is_name(std::string_view name) {
  return !name.empty() && name.size() <= kMostCharacters &&
         std::isalpha(static_cast<unsigned char>(name[0])) != 0 &&
         std::all_of(name.begin(), name.end(),
                     [](unsigned char c) { return c < 0x80 && (std::isalnum(c) != 0 || c == '_'); });
}

Result<std::vector<SecretStore::Entry>> SecretStore::list() const {
  auto document = read(documents_);
  if (!document) return document.error();
  std::vector<Entry> entries;
  for (const auto& member : document->GetObject()) {
    const auto description = json::string_at(member.value, "description");
    entries.push_back({std::string(json::view(member.name)),
                       description ? std::optional<std::string>(*description) : std::nullopt});
  }
  return entries;
}

Result<std::string> SecretStore::get(const std::string& name) const {
  auto document = read(documents_);
  if (!document) return document.error();
  const json::Value* entry = json::find(*document, name);
  if (entry == nullptr) return no_such_secret();
  return box_.open(json::string_or(*entry, "value"), context_of(name));
}

// `sealed` nothing: the value stays. `rule` is told what is there, and may refuse.
Result<void> SecretStore::store(const Entry& entry, const std::optional<std::string>& sealed,
                                const Rule& rule) {
  auto stored = documents_.update(
      std::string(kDocument), [&](const std::optional<std::string>& now) -> Result<std::string> {
        auto document = parsed(now);
        if (!document) return document.error();
        auto& allocator = document->GetAllocator();
        const json::Value* known = json::find(*document, entry.name);
        if (auto allowed = rule(known); !allowed) return allowed.error();
        json::Value one(rapidjson::kObjectType);
        json::set(one, "value", sealed ? *sealed : json::string_or(*known, "value"), allocator);
        if (entry.description) json::set(one, "description", *entry.description, allocator);
        json::set(*document, entry.name, std::move(one), allocator);
        return json::dump(*document);
      });
  return stored ? Result<void>() : Result<void>(stored.error());
}

Result<void> SecretStore::put(const Entry& entry, std::string_view value) {
  return store(entry, box_.seal(value, context_of(entry.name)),
               [](const json::Value*) { return Result<void>(); });
}

Result<void> SecretStore::create(const Entry& entry, std::string_view value) {
  return store(entry, box_.seal(value, context_of(entry.name)), [&](const json::Value* known) {
    return known == nullptr ? Result<void>() : conflict("Secret " + entry.name + " already exists");
  });
}

Result<void> SecretStore::describe(const Entry& entry) {
  return store(entry, std::nullopt, [](const json::Value* known) {
    return known != nullptr ? Result<void>() : Result<void>(no_such_secret());
  });
}

Result<void> SecretStore::remove(const std::string& name) {
  auto stored = documents_.update(std::string(kDocument),
                                  [&](const std::optional<std::string>& now) -> Result<std::string> {
                                    auto document = parsed(now);
                                    if (!document) return document.error();
                                    if (json::find(*document, name) == nullptr) return no_such_secret();
                                    json::remove(*document, name);
                                    return json::dump(*document);
                                  });
  return stored ? Result<void>() : Result<void>(stored.error());
}

}  // namespace collet::settings
