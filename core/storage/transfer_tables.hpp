// Inside this folder only: the tables that are exported, with their columns.
#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "storage/session.hpp"

namespace collet::storage {

struct TransferColumn {
  std::string_view name;
  Column type = Column::kText;
};

struct TransferTable {
  std::string_view name;
  std::size_t keys = 0;  ///< the first columns are the primary key
  std::vector<TransferColumn> columns;
};

/// What belongs to one run of a server (owners, heartbeats) is not among them.
const std::vector<TransferTable>& transfer_tables();

/// "a, b, c" of the first `count` columns; `prefix` before each.
std::string column_list(const TransferTable& table, std::size_t count, std::string_view prefix = {});

/// A row's values, in the order of the columns.
struct TransferRow {
  std::vector<std::int64_t> integers;  ///< 0 for texts
  std::vector<std::string> texts;      ///< empty for integers
};

/// Visits all rows in the order of their keys, a few at a time.
void visit_rows(Session& session, const TransferTable& table,
                const std::function<void(const TransferRow&)>& visit);
void insert_row(Session& session, const TransferTable& table, const TransferRow& row);
std::int64_t count_rows(Session& session, const TransferTable& table);
/// The version of the schema; 0: there is none.
std::int64_t schema_version(Session& session, bool has_table);

}  // namespace collet::storage
