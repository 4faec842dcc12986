// The settings document: one JSON document with defaults, changed by deep merge, its secrets sealed at rest.
#pragma once
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "collet/json.hpp"
#include "secrets/key_ring.hpp"
#include "secrets/sealed_box.hpp"
#include "settings/settings_document.hpp"
#include "storage/document_store.hpp"

namespace collet::settings {

/// How secrets come out.
enum class Expose { kRedacted, kPlaintext, kEncrypted };

/// Any thread. Reading copies a prepared text; changing blocks until committed. `database` and `ring` must
/// outlive it.
class SettingsService {
 public:
  static constexpr const char* kDocument =
      "settings";  ///< its name in the store, and the context of its seals

  SettingsService(storage::Database& database, const secrets::KeyRing& ring);
  ~SettingsService();

  /// Reads the stored document, or starts from the defaults. Fails with the reason when it can't be read or
  /// opened; nothing is lost then. Call it before all else, and when another server has changed it.
  Result<void> load();

  /// The document as GET /api/settings answers it.
  std::shared_ptr<const std::string> document(Expose expose) const;
  /// What a document with its secrets shows, for the audit log: "settings llm.api_key, …".
  std::string shown_secrets() const;
  /// The document with its secrets in clear, for the parts that use them (`agent_settings.llm.api_key`, …).
  json::Document plain() const;

  /// Applies the body of PATCH /api/settings, an object. A secret given as the stars that document() shows
  /// stays as it is, one given as this server's Fernet token is decrypted. kInvalid: kValidationFailed or
  /// kNothingToChange. kNotFound: a profile.
  Result<void> patch(const json::Value& body);

  /// The same for who keeps the profiles; see patched(). kConflict: the active profiles are not as expected.
  Result<void> patch_by_keeper(const json::Value& body);

  // One MCP server of the agent settings; as patch() takes secrets. kInvalid: the server cannot be so.

  /// kConflict: there is one of this name.
  Result<void> add_mcp_server(std::string_view name, const json::Value& server);
  /// kNotFound: there is none of this name.
  Result<void> change_mcp_server(std::string_view name, const json::Value& change_of_it);
  /// kNotFound: there is none of this name.
  Result<void> remove_mcp_server(std::string_view name);

 private:
  struct Prepared;
  using Change = std::function<Result<json::Document>(const json::Value& current)>;
  /// Stores and shows what `next` makes of the current document, all secrets in clear. One change after the
  /// other: each sees what the one before it made.
  Result<void> change(const Change& next);
  Result<json::Document> opened(const std::string& stored) const;
  std::string sealed(const json::Value& document) const;
  Result<json::Document> with_plain_secrets(const json::Value& body) const;
  void publish(const json::Value& document);
  std::shared_ptr<const Prepared> prepared() const;

  storage::DocumentStore documents_;
  const secrets::KeyRing& ring_;
  const secrets::SealedBox box_;
  std::mutex changing_;  // held from a change's write to its publication, so that the newest is shown last
  mutable std::mutex mutex_;  // guards prepared_
  std::shared_ptr<const Prepared> prepared_;
};

}  // namespace collet::settings
