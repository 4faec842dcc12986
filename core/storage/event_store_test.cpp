#include "storage/event_store.hpp"

#include <gtest/gtest.h>

#include "base/id.hpp"
#include "storage/database.hpp"
#include "storage/testing/each_database.hpp"

namespace collet::storage {
namespace {

class EventStoreTest : public testing::OnEachDatabase {
 protected:
  // Events at 10, 20, 30, …
  void append(const std::string& log, std::int64_t seq) {
    EXPECT_TRUE(database->write_and_wait([&](Session& session) -> Result<void> {
      event_store::insert(session, log, {seq, new_uuid(), "K", "s", seq * 10, "{}"});
      return {};
    }));
  }
  std::int64_t seq_before(const std::string& log, Micros at) {
    return database->read([&](Session& session) { return event_store::seq_before(session, log, at); })
        .value();
  }
  std::unique_ptr<Database> database = place.open();
};
COLLET_ON_EACH_DATABASE(EventStoreTest);

TEST_P(EventStoreTest, SeqBefore_FindsTheLastOneInLogsOfAnyLength) {
  append("other", 1);
  EXPECT_EQ(seq_before("log", 100), 0);
  for (std::int64_t last = 1; last <= 18; ++last) {
    append("log", last);
    for (std::int64_t seq = 0; seq <= last; ++seq) {
      EXPECT_EQ(seq_before("log", seq * 10 + 1), seq) << "of " << last;
      EXPECT_EQ(seq_before("log", seq * 10 + 10), seq) << "of " << last;
    }
    EXPECT_EQ(seq_before("log", INT64_MAX), last);
    EXPECT_EQ(seq_before("log", INT64_MIN), 0);
  }
}

}  // namespace
}  // namespace collet::storage
