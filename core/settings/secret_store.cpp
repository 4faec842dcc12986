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

namespace {

void set_entry(json::Document& secrets, const SecretStore::Entry& entry, const std::string& sealed) {
  auto& allocator = secrets.GetAllocator();
  json::Value one(rapidjson::kObjectType);
  json::set(one, "value", sealed, allocator);
  if (entry.description) json::set(one, "description", *entry.description, allocator);
  json::set(secrets, entry.name, std::move(one), allocator);
}

}  // namespace

Result<void> SecretStore::store(const Entry& entry, std::string_view value, bool only_new) {
  const std::string sealed = box_.seal(value, context_of(entry.name));
  auto stored = documents_.update(std::string(kDocument),
                                  [&](const std::optional<std::string>& now) -> Result<std::string> {
                                    auto document = parsed(now);
                                    if (!document) return document.error();
                                    if (only_new && json::find(*document, entry.name) != nullptr)
                                      return conflict("Secret " + entry.name + " already exists");
                                    set_entry(*document, entry, sealed);
                                    return json::dump(*document);
                                  });
  return stored ? Result<void>() : Result<void>(stored.error());
}

Result<void> SecretStore::put(const Entry& entry, std::string_view value) {
  return store(entry, value, /*only_new=*/false);
}

Result<void> SecretStore::create(const Entry& entry, std::string_view value) {
  return store(entry, value, /*only_new=*/true);
}

// A value opens under its own name only, so it is sealed anew.
Result<void> SecretStore::rename(const std::string& from, const Entry& to) {
  auto stored = documents_.update(
      std::string(kDocument), [&](const std::optional<std::string>& now) -> Result<std::string> {
        auto document = parsed(now);
        if (!document) return document.error();
        const json::Value* known = json::find(*document, from);
        if (known == nullptr) return no_such_secret();
        if (from != to.name && json::find(*document, to.name) != nullptr)
          return conflict("Secret " + to.name + " already exists");
        const auto value = box_.open(json::string_or(*known, "value"), context_of(from));
        if (!value) return value.error();
        json::remove(*document, from);
        set_entry(*document, to, box_.seal(*value, context_of(to.name)));
        return json::dump(*document);
      });
  return stored ? Result<void>() : Result<void>(stored.error());
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
