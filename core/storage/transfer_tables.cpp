#include "storage/transfer_tables.hpp"

namespace collet::storage {
namespace {

constexpr std::int64_t kPage = 64;  // rows that are in memory at once

constexpr auto kText = Column::kText;
constexpr auto kInteger = Column::kInteger;

std::vector<Param> params_of(const TransferTable& table, const TransferRow& row, std::size_t count) {
  std::vector<Param> params;
  for (std::size_t i = 0; i < count; ++i) {
    if (table.columns[i].type == kInteger) {
      params.emplace_back(row.integers[i]);
    } else {
      params.emplace_back(std::string_view(row.texts[i]));
    }
  }
  return params;
}

}  // namespace

const std::vector<TransferTable>& transfer_tables() {
  static const std::vector<TransferTable> tables = {
      {"documents", 2, {{"tenant"}, {"name"}, {"body"}}},
      {"conversations",
       2,
       {{"tenant"}, {"id"}, {"status"}, {"created_at", kInteger}, {"updated_at", kInteger}, {"body"}}},
      {"events",
       3,
       {{"tenant"},
        {"conversation_id"},
        {"seq", kInteger},
        {"id"},
        {"kind"},
        {"source"},
        {"timestamp", kInteger},
        {"body"}}},
      {"model_calls", 3, {{"tenant"}, {"conversation_id"}, {"number", kInteger}, {"body"}}},
      {"audit", 2, {{"tenant"}, {"number", kInteger}, {"read_at", kInteger}, {"who"}, {"what"}, {"how"}}},
  };
  return tables;
}

std::string column_list(const TransferTable& table, std::size_t count, std::string_view prefix) {
  std::string list;
  for (std::size_t i = 0; i < count; ++i)
    list += (i == 0 ? "" : ", ") + std::string(prefix) + std::string(table.columns[i].name);
  return list;
}

void visit_rows(Session& session, const TransferTable& table,
                const std::function<void(const TransferRow&)>& visit) {
  const auto keys = column_list(table, table.keys);
  const std::string select =
      "SELECT " + column_list(table, table.columns.size()) + " FROM " + std::string(table.name);
  const std::string order = " ORDER BY " + keys + " LIMIT :page";
  const std::string after = " WHERE (" + keys + ") > (" + column_list(table, table.keys, ":") + ")";
  std::vector<Column> types;
  for (const auto& column : table.columns) types.push_back(column.type);
  TransferRow last;
  bool first = true;
  for (std::int64_t found = kPage; found == kPage; first = false) {
    auto params = first ? std::vector<Param>() : params_of(table, last, table.keys);
    params.emplace_back(kPage);
    std::vector<TransferRow> page;
    session.visit(select + (first ? "" : after) + order, params, types, [&](Session::Row& row) {
      TransferRow& taken = page.emplace_back();
      for (std::size_t i = 0; i < types.size(); ++i) {
        taken.integers.push_back(types[i] == kInteger ? row.integer(i) : 0);
        taken.texts.push_back(types[i] == kText ? std::move(row.text(i)) : std::string());
      }
      return true;
    });
    found = static_cast<std::int64_t>(page.size());
    for (const auto& row : page) visit(row);
    if (!page.empty()) last = std::move(page.back());
  }
}

void insert_row(Session& session, const TransferTable& table, const TransferRow& row) {
  const auto count = table.columns.size();
  session.execute("INSERT INTO " + std::string(table.name) + " (" + column_list(table, count) + ") VALUES (" +
                      column_list(table, count, ":") + ")",
                  params_of(table, row, count));
}

std::int64_t count_rows(Session& session, const TransferTable& table) {
  std::int64_t rows = 0;
  session.query<std::int64_t>("SELECT COUNT(*) FROM " + std::string(table.name), {},
                              [&](std::int64_t count) { rows = count; });
  return rows;
}

std::int64_t schema_version(Session& session, bool has_table) {
  std::int64_t version = 0;
  if (!has_table) return version;
  session.query<std::int64_t>("SELECT COALESCE(MAX(version), 0) FROM schema_version", {},
                              [&](std::int64_t found) { version = found; });
  return version;
}

}  // namespace collet::storage
