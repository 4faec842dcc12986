// For tests: a database in a folder of its own, whose commits fail as on a full disk when that is wanted.
#pragma once
#include <atomic>
#include <memory>
#include <stdexcept>
#include <utility>

#include "storage/database.hpp"
#include "storage/testing/place.hpp"

namespace collet::storage::testing {

/// A base class: the database is there before the members of the test.
struct FailingDatabase {
  explicit FailingDatabase(Kind kind = Kind::kSqlite) : place(kind) {}

  Place place;
  const collet::testing::TemporaryFolder& folder = place.folder();
  std::atomic<bool> disk_fails = false;  ///< any thread
  std::unique_ptr<Database> database = place.open({.before_commit = [this] {
    if (disk_fails) throw std::runtime_error("full");
  }});
};

}  // namespace collet::storage::testing
