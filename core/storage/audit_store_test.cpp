#include "storage/audit_store.hpp"
#include "storage/testing/each_database.hpp"
#include "storage/testing/failing_database.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace collet::storage {
namespace {

using ::testing::ElementsAre;

std::vector<std::string> whats(const Result<std::vector<AuditEntry>>& entries) {
  std::vector<std::string> found;
  for (const auto& entry : entries.value()) found.push_back(entry.read.what);
  return found;
}

class AuditStoreTest : public ::testing::TestWithParam<testing::Kind>,
                       protected storage::testing::FailingDatabase {
 protected:
  AuditStoreTest() : FailingDatabase(GetParam()) {}
  void SetUp() override {
    if (place.skipped()) GTEST_SKIP() << testing::kSkipped;
  }
  void note(const std::string& what) {
    ASSERT_TRUE(audit.record_and_wait({"key 00000000", what, "GET /somewhere"}).ok());
  }

  AuditStore audit{*database, 3};
};
COLLET_ON_EACH_DATABASE(AuditStoreTest);

TEST_P(AuditStoreTest, Record_KeepsWhoWhatHowAndWhen) {
  const Micros before = now_micros();
  note("secret A");
  const auto entries = audit.entries({}).value();
  ASSERT_EQ(entries.size(), 1U);
  EXPECT_EQ(entries[0].number, 1);
  EXPECT_GE(entries[0].at, before);
  EXPECT_LE(entries[0].at, now_micros());
  EXPECT_EQ(entries[0].read.who, "key 00000000");
  EXPECT_EQ(entries[0].read.what, "secret A");
  EXPECT_EQ(entries[0].read.how, "GET /somewhere");
}

TEST_P(AuditStoreTest, ControlCharacters_AreNotKept) {
  note(std::string("settings mcp.\0\x1b[2J", 17));
  EXPECT_THAT(whats(audit.entries({})), ElementsAre("settings mcp.??[2"));
}

TEST_P(AuditStoreTest, OldestEntriesMakeRoom) {
  for (const char* what : {"a", "b", "c", "d", "e"}) note(what);
  EXPECT_THAT(whats(audit.entries({})), ElementsAre("c", "d", "e"));
  AuditStore smaller(*database, 1);
  ASSERT_TRUE(smaller.record_and_wait({"w", "f", "h"}).ok());
  EXPECT_THAT(whats(audit.entries({})), ElementsAre("f"));
}

TEST_P(AuditStoreTest, Query_NewestSinceAMoment) {
  for (const char* what : {"a", "b", "c"}) note(what);
  EXPECT_THAT(whats(audit.entries({.limit = 2})), ElementsAre("b", "c"));
  const Micros last = audit.entries({.limit = 1})->front().at;
  EXPECT_THAT(audit.entries({.since = last + 1}).value(), ::testing::IsEmpty());
}

TEST_P(AuditStoreTest, WhatCannotBeStored_IsReported) {
  disk_fails = true;
  EXPECT_EQ(audit.record_and_wait({"w", "a", "h"}).error().kind, Error::Kind::kUnavailable);
  disk_fails = false;
  EXPECT_THAT(audit.entries({}).value(), ::testing::IsEmpty());
}

TEST_P(AuditStoreTest, ReadAudit_WorksBesideTheServer) {
  note("a");
  EXPECT_THAT(whats(read_audit(folder.path(), place.url(), {})), ElementsAre("a"));
  note("b");
  EXPECT_THAT(whats(read_audit(folder.path(), place.url(), {})), ElementsAre("a", "b"));
  EXPECT_EQ(read_audit(folder / "nowhere", "", {}).error().kind, Error::Kind::kNotFound);
}

}  // namespace
}  // namespace collet::storage
