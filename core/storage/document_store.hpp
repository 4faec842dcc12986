// Small named JSON documents (settings and the like). Any thread; writing blocks until committed.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"

namespace collet::storage {

class Database;

class DocumentStore {
 public:
  explicit DocumentStore(Database& database) : database_(database) {}

  /// The document's text; kNotFound.
  Result<std::string> get(const std::string& name) const;
  Result<void> put(const std::string& name, const std::string& body);
  Result<void> remove(const std::string& name);  ///< kNotFound
  /// Removes a document unless `check` refuses the text that it has now; as update() runs its change.
  using Check = std::function<Result<void>(const std::string& now)>;
  Result<void> remove_if(const std::string& name, const Check& check);
  /// The names that begin so, in byte order.
  Result<std::vector<std::string>> names(const std::string& prefix) const;

  /// Gets the document as it is now (nothing: there is none) and returns what it shall be. Runs on the
  /// writer's thread inside the transaction, so two updates never lose each other's change; may run twice,
  /// must not block.
  using Change = std::function<Result<std::string>(const std::optional<std::string>& now)>;
  /// Changes a document; the new text once it is committed, or the change's own error.
  Result<std::string> update(const std::string& name, const Change& change);

 private:
  Database& database_;
};

}  // namespace collet::storage
