// The secrets that users keep on the server, by name. Values are sealed at rest.
//
// Any thread; changing blocks until committed, reading asks the database.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "secrets/sealed_box.hpp"
#include "storage/document_store.hpp"

namespace collet::settings {

class SecretStore {
 public:
  SecretStore(storage::Database& database, const secrets::SealedBox& box) : documents_(database), box_(box) {}

  struct Entry {
    std::string name;
    std::optional<std::string> description;
  };

  /// The document in the store: {"NAME": {"value": sealed, "description": …}}.
  static constexpr std::string_view kDocument = "secrets";
  /// What a value is sealed with: each opens only under its own name.
  static std::string context_of(std::string_view name) { return "secret/" + std::string(name); }

  /// A letter, then letters, digits and underscores; at most 64.
  static bool is_name(std::string_view name);

  Result<std::vector<Entry>> list() const;  ///< in the order they were first put
  /// The value in clear; kNotFound.
  Result<std::string> get(const std::string& name) const;
  Result<void> put(const Entry& entry, std::string_view value);
  Result<void> create(const Entry& entry, std::string_view value);  ///< kConflict: there is one of this name
  /// Another name and description for a value that stays; kNotFound, kConflict.
  Result<void> rename(const std::string& from, const Entry& to);
  Result<void> remove(const std::string& name);  ///< kNotFound

 private:
  Result<void> store(const Entry& entry, std::string_view value, bool only_new);

  storage::DocumentStore documents_;
  const secrets::SealedBox& box_;
};

}  // namespace collet::settings
