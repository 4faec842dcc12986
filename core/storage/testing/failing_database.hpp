// For tests: a database in a folder of its own, whose commits fail as on a full disk when that is wanted.
#pragma once
#include <atomic>
#include <memory>
#include <stdexcept>
#include <utility>

#include "collet/testing/temporary_folder.hpp"
#include "storage/database.hpp"

namespace collet::storage::testing {

/// A base class: the database is there before the members of the test.
struct FailingDatabase {
  collet::testing::TemporaryFolder folder;
  std::atomic<bool> disk_fails = false;  ///< any thread
  std::unique_ptr<Database> database =
      std::move(Database::open(folder.path(), {.before_commit =
                                                   [this] {
                                                     if (disk_fails) throw std::runtime_error("full");
                                                   }}))
          .value();
};

}  // namespace collet::storage::testing
