// For fault tests: rows that show whether a write was lost or stored twice.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "base/id.hpp"
#include "storage/database.hpp"
#include "storage/event_store.hpp"

namespace collet::storage::testing {

/// Appends an event whose body is the number. No constraint keeps it from being stored twice.
inline Database::Job append_number(const std::string& log, std::int64_t number) {
  return [log, number](Session& session) -> Result<void> {
    const auto end = event_store::end_of(session, log);
    event_store::insert(session, log,
                        {end.seq + 1, new_uuid(), "K", "s", end.timestamp + 1, std::to_string(number)});
    return {};
  };
}

/// The numbers in a log, in its order.
inline Result<std::vector<std::int64_t>> numbers(const Database& database, const std::string& log) {
  return database.read([&](Session& session) {
    std::vector<std::int64_t> found;
    event_store::visit(session, log, {}, INT64_MAX, [&](EventRow& row) {
      found.push_back(std::stoll(row.body));
      return true;
    });
    return found;
  });
}

}  // namespace collet::storage::testing
