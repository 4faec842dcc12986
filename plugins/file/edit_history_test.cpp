#include "edit_history.hpp"

#include <gtest/gtest.h>

namespace collet::file {
namespace {

TEST(EditHistory_Last, is_per_conversation_and_per_file) {
  EditHistory history;
  history.push("c1", "/a", "a0", "a1");
  history.push("c1", "/b", "b0", "b1");
  history.push("c1", "/a", "a1", "a2");
  EXPECT_EQ(history.last("c1", "/a")->before, "a1");
  EXPECT_FALSE(history.last("c2", "/a"));
  history.pop("c1", "/a");
  EXPECT_EQ(history.last("c1", "/a")->before, "a0");
  EXPECT_EQ(history.last("c1", "/b")->before, "b0");
  history.pop("c1", "/a");
  EXPECT_FALSE(history.last("c1", "/a"));
}

TEST(EditHistory_Limits, forget_the_oldest_first) {
  EditHistory history({2, 10});
  history.push("c", "/a", "1", "");
  history.push("c", "/b", "2", "");
  history.push("c", "/c", "3", "");
  EXPECT_FALSE(history.last("c", "/a"));
  EXPECT_TRUE(history.last("c", "/b"));
  history.push("c", "/d", std::string(10, 'x'), "");
  EXPECT_FALSE(history.last("c", "/c"));
  EXPECT_TRUE(history.last("c", "/d"));
  history.push("c", "/e", std::string(11, 'x'), "");
  EXPECT_FALSE(history.last("c", "/e"));
}

TEST(EditHistory_Forget, drops_a_conversation) {
  EditHistory history;
  history.push("c", "/a", "1", "");
  history.forget("c");
  EXPECT_FALSE(history.last("c", "/a"));
}

}  // namespace
}  // namespace collet::file
