// For tests: the same test on SQLite and on PostgreSQL.
//
//   class FooTest : public OnEachDatabase { … std::unique_ptr<Database> database = place.open(); };
//   TEST_P(FooTest, Does_This) { … }
//   COLLET_ON_EACH_DATABASE(FooTest);
//
// Those on PostgreSQL are skipped unless COLLET_TEST_POSTGRESQL is the URL of a server on which databases may
// be made. scripts/test starts one.
#pragma once
#include <gtest/gtest.h>

#include <string>

#include "storage/testing/place.hpp"

namespace collet::storage::testing {

inline std::string name_of(const ::testing::TestParamInfo<Kind>& kind) {
  return kind.param == Kind::kSqlite ? "sqlite" : "postgresql";
}

inline constexpr const char* kSkipped = "skipped: no PostgreSQL (COLLET_TEST_POSTGRESQL)";

class OnEachDatabase : public ::testing::TestWithParam<Kind> {
 protected:
  void SetUp() override {
    if (place.skipped()) GTEST_SKIP() << kSkipped;
  }
  Place place{GetParam()};
};

#define COLLET_ON_EACH_DATABASE(Suite)                                                       \
  INSTANTIATE_TEST_SUITE_P(On, Suite,                                                        \
                           ::testing::Values(::collet::storage::testing::Kind::kSqlite,      \
                                             ::collet::storage::testing::Kind::kPostgresql), \
                           ::collet::storage::testing::name_of)

}  // namespace collet::storage::testing
