// The settings document: one JSON document with defaults, changed by deep merge, its secrets sealed at rest.
#pragma once
#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "base/result.hpp"
#include "collet/json.hpp"
#include "secrets/key_ring.hpp"
#include "secrets/sealed_box.hpp"
#include "storage/document_store.hpp"

namespace collet::settings {

/// How secrets come out.
enum class Expose { kRedacted, kPlaintext, kEncrypted };

/// Any thread. Reading copies a prepared text; changing blocks until committed.
class SettingsService {
 public:
  SettingsService(storage::Database& database, const secrets::KeyRing& ring);

  /// Reads the stored document, or starts from the defaults. Fails with the reason when it can't be read or
  /// opened; nothing is lost then. Call it once, before all else.
  Result<void> load();

  /// The document as GET /api/settings answers it. kUnavailable: kEncrypted without a secret from the
  /// environment.
  Result<std::shared_ptr<const std::string>> document(Expose expose) const;
  /// The document with its secrets in clear, for the parts that use them (`agent_settings.llm.api_key`, …).
  json::Document plain() const;

  /// Applies the body of PATCH /api/settings, an object. kInvalid with one of the messages below; kNotFound:
  /// profile.
  Result<void> patch(const json::Value& body);

  static constexpr std::string_view kValidationFailed = "Settings validation failed";  ///< 422
  static constexpr std::string_view kNothingToChange =
      "At least one of agent_settings_diff, conversation_settings_diff, misc_settings_diff, active_profile, "
      "or "
      "active_agent_profile_id must be provided";  ///< 400

 private:
  struct Texts;
  std::shared_ptr<const Texts> texts() const;
  Result<void> publish(const std::string& stored);

  storage::DocumentStore documents_;
  const secrets::KeyRing& ring_;
  secrets::SealedBox box_;
  mutable std::mutex mutex_;
  std::shared_ptr<const Texts> texts_;
};

}  // namespace collet::settings
