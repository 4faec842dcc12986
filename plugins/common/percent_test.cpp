#include "common/percent.hpp"

#include <gtest/gtest.h>

namespace collet {
namespace {

TEST(PercentEncoded, LeavesWhatIsUnreserved) { EXPECT_EQ(percent_encoded("aZ09-._~"), "aZ09-._~"); }

TEST(PercentEncoded, EncodesBytes) {
  EXPECT_EQ(percent_encoded("a b&\xc3\xb6/"), "a%20b%26%C3%B6%2F");
  EXPECT_EQ(percent_encoded(std::string_view("\0", 1)), "%00");
}

TEST(PercentEncoded, LeavesWhatTheCallerNames) { EXPECT_EQ(percent_encoded("/a b", "/"), "/a%20b"); }

}  // namespace
}  // namespace collet
