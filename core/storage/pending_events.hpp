// Inside this folder only: events of a transaction that wait to be inserted together. On PostgreSQL each
// statement is a round trip, and a batch holds the appends of many conversations.
#pragma once
#include <string>
#include <vector>

#include "storage/event_store.hpp"

namespace collet::storage {

struct PendingEvents {
  struct Row {
    std::string conversation;
    EventRow event;
  };
  std::vector<Row> rows;
};

}  // namespace collet::storage
