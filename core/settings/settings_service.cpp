#include "settings/settings_service.hpp"

#include <optional>
#include <utility>

#include "secrets/json_secrets.hpp"
#include "settings/mcp_servers.hpp"

namespace collet::settings {

namespace {

/// Only what the agent uses holds secrets; misc_settings is the client's own and shown as it is.
json::Value& secret_part(json::Document& document) { return *json::find(document, "agent_settings"); }

std::string name_secrets(const json::Value& document) {
  constexpr std::size_t kMost = 1000;  // characters: an entry of a log, not a copy of the settings
  std::string names = "settings";
  for (const auto& path : secrets::secret_paths(*json::find(document, "agent_settings"))) {
    if (names.size() + path.size() > kMost) return names + ", …";
    names += (names == "settings" ? " " : ", ") + path;
  }
  return names;
}

json::Document copy_of(const json::Value& value) {
  json::Document out;
  out.CopyFrom(value, out.GetAllocator());
  return out;
}

}  // namespace

struct SettingsService::Prepared {
  json::Document plain;
  std::shared_ptr<const std::string> redacted_text;
  std::shared_ptr<const std::string> plain_text;
  std::string shown_secrets;
};

SettingsService::SettingsService(storage::Database& database, const secrets::KeyRing& ring)
    : documents_(database), ring_(ring), box_(ring) {
  publish(default_document());
}

SettingsService::~SettingsService() = default;

Result<void> SettingsService::load() {
  const std::lock_guard one_at_a_time(changing_);
  auto stored = documents_.get(kDocument);
  if (!stored && stored.error().kind == Error::Kind::kNotFound) return {};
  if (!stored) return stored.error();
  auto document = opened(*stored);
  if (!document) return Error{document.error().kind, "settings: " + document.error().message};
  publish(*document);
  return {};
}

Result<json::Document> SettingsService::opened(const std::string& stored) const {
  auto document = json::parse(stored);
  if (!document || !document->IsObject()) return invalid("the stored document is damaged");
  auto completed_document = completed(*document);
  if (!completed_document) return completed_document;
  auto opened = secrets::open_secrets(secret_part(*completed_document), box_, kDocument,
                                      completed_document->GetAllocator());
  if (!opened) return opened.error();
  return completed_document;
}

std::string SettingsService::sealed(const json::Value& document) const {
  auto copy = copy_of(document);
  secrets::seal_secrets(secret_part(copy), box_, kDocument, copy.GetAllocator());
  return json::dump(copy);
}

Result<json::Document> SettingsService::with_plain_secrets(const json::Value& body) const {
  auto copy = copy_of(body);
  if (auto done = secrets::decrypt_tokens(copy, ring_, secrets::BrokenToken::kKeep); !done)
    return done.error();
  return copy;
}

void SettingsService::publish(const json::Value& document) {
  auto made = std::make_shared<Prepared>();
  made->plain = copy_of(document);
  made->shown_secrets = name_secrets(document);
  made->plain_text = std::make_shared<const std::string>(shown(document));
  auto redacted = copy_of(document);
  secrets::redact_secrets(secret_part(redacted), redacted.GetAllocator());
  made->redacted_text = std::make_shared<const std::string>(shown(redacted));
  const std::lock_guard lock(mutex_);
  prepared_ = std::move(made);
}

std::shared_ptr<const SettingsService::Prepared> SettingsService::prepared() const {
  const std::lock_guard lock(mutex_);
  return prepared_;
}

std::shared_ptr<const std::string> SettingsService::document(Expose expose) const {
  const auto now = prepared();
  if (expose == Expose::kRedacted) return now->redacted_text;
  if (expose == Expose::kPlaintext) return now->plain_text;
  auto encrypted = copy_of(now->plain);
  secrets::for_each_secret(secret_part(encrypted), [&](json::Value& secret) {
    secret = json::text(ring_.fernet_encrypt(json::view(secret)), encrypted.GetAllocator());
  });
  return std::make_shared<const std::string>(shown(encrypted));
}

std::string SettingsService::shown_secrets() const { return prepared()->shown_secrets; }

json::Document SettingsService::plain() const { return copy_of(prepared()->plain); }

Result<void> SettingsService::change(const Change& next) {
  const std::lock_guard one_at_a_time(changing_);
  json::Document changed;
  auto stored =
      documents_.update(kDocument, [&](const std::optional<std::string>& now) -> Result<std::string> {
        auto current = now ? opened(*now) : Result<json::Document>(default_document());
        if (!current) return current.error();
        auto made = next(*current);
        if (!made) return made.error();
        changed = std::move(*made);
        return sealed(changed);
      });
  if (!stored) return stored.error();
  publish(changed);
  return {};
}

Result<void> SettingsService::patch(const json::Value& body) {
  const auto plain = with_plain_secrets(body);
  if (!plain) return plain.error();
  if (!changes_anything(*plain)) return invalid(std::string(kNothingToChange));
  return change([&](const json::Value& current) { return patched(current, *plain); });
}

Result<void> SettingsService::patch_by_keeper(const json::Value& body) {
  const auto plain = with_plain_secrets(body);
  if (!plain) return plain.error();
  return change([&](const json::Value& current) { return patched(current, *plain, Profiles::kKnown); });
}

Result<void> SettingsService::add_mcp_server(std::string_view name, const json::Value& server) {
  const auto plain = with_plain_secrets(server);
  if (!plain) return plain.error();
  return change([&](const json::Value& current) { return with_mcp_server(current, name, *plain); });
}

Result<void> SettingsService::change_mcp_server(std::string_view name, const json::Value& change_of_it) {
  const auto plain = with_plain_secrets(change_of_it);
  if (!plain) return plain.error();
  return change([&](const json::Value& current) { return with_changed_mcp_server(current, name, *plain); });
}

Result<void> SettingsService::remove_mcp_server(std::string_view name) {
  return change([&](const json::Value& current) { return without_mcp_server(current, name); });
}

}  // namespace collet::settings
