// What plugins keep in the server's database: small values by key, sealed at rest, the same for all servers
// on one database.
//
// Any thread; changing blocks until committed, reading asks the database.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "secrets/sealed_box.hpp"
#include "storage/document_store.hpp"

namespace collet::settings {

class PluginDocuments {
 public:
  static constexpr std::size_t kKeyBytes = 512;
  static constexpr std::size_t kValueBytes = 1U << 20;
  static constexpr std::size_t kKeys = 4096;  ///< of one plugin

  /// Which revision a change expects to find.
  static constexpr std::int64_t kAny = -1;
  static constexpr std::int64_t kNone = 0;  ///< there is no such key yet

  PluginDocuments(storage::Database& database, const secrets::SealedBox& box)
      : documents_(database), box_(box) {}

  struct Value {
    std::string text;
    std::int64_t revision = 0;
  };
  Result<Value> get(const std::string& plugin, const std::string& key) const;  ///< kNotFound
  /// The new revision, greater than the one before. kConflict: another revision than `expected` is there.
  /// kInvalid: key or value too large, a key that is no UTF-8 or has a NUL. kUnavailable: kKeys are there.
  Result<std::int64_t> put(const std::string& plugin, const std::string& key, const std::string& text,
                           std::int64_t expected);
  /// kNotFound, kConflict.
  Result<void> erase(const std::string& plugin, const std::string& key, std::int64_t expected);
  /// The keys that begin so, in byte order.
  Result<std::vector<std::string>> keys(const std::string& plugin, const std::string& prefix) const;

 private:
  storage::DocumentStore documents_;
  const secrets::SealedBox& box_;
};

}  // namespace collet::settings
