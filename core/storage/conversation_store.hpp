// The rows of conversations. Writes go through the database's one writer; reads come from its read sessions.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "storage/conversation_row.hpp"

namespace collet::storage {

class Database;

enum class ConversationOrder { kCreated, kUpdated, kCreatedDescending, kUpdatedDescending };

struct ConversationQuery {
  std::string status = {};  ///< empty: any
  ConversationOrder order = ConversationOrder::kCreatedDescending;
  std::string page_id = {};  ///< dashless id of the first item; an unknown one means the first page
  int limit = 100;
};

struct ConversationPage {
  std::vector<ConversationRow> items;
  std::string next_page_id;  ///< dashless; empty: no more
};

class ConversationStore {
 public:
  explicit ConversationStore(Database& database) : database_(database) {}

  /// Inserts or replaces; blocks until committed. Not for an I/O thread.
  Result<void> save(const ConversationRow& row);
  /// Inserts; kConflict: there is one with this id. Blocks as save().
  Result<void> create(const ConversationRow& row);
  Result<ConversationRow> get(const std::string& id) const;  ///< kNotFound
  Result<std::vector<ConversationRow>> all() const;
  Result<ConversationPage> search(const ConversationQuery& query) const;
  Result<std::int64_t> count(const std::string& status) const;
  /// Removes the conversation and its events in one transaction; blocks until committed. kNotFound;
  /// kConflict: the claim does not fit any more.
  Result<void> remove(const std::string& id, const std::optional<Claim>& claim = {});

 private:
  Database& database_;
};

}  // namespace collet::storage
