#include "conversation/state.hpp"

#include <gtest/gtest.h>

namespace collet::conversation {
namespace {

TEST(MergeSources, StarsLeaveWhatIsThereAndAreElseNoValue) {
  EXPECT_EQ(
      merge_sources(R"({"A":{"value":"a","kind":"StaticSecret"}})",
                    R"({"A":{"value":"**********","kind":"StaticSecret"},)"
                    R"("B":{"value":"**********","kind":"StaticSecret"},)"
                    R"("C":{"value":"  ","kind":"StaticSecret"},"D":{"value":"d","kind":"StaticSecret"}})"),
      R"({"A":{"value":"a","kind":"StaticSecret"},"B":{"value":null,"kind":"StaticSecret"},)"
      R"("C":{"value":null,"kind":"StaticSecret"},"D":{"value":"d","kind":"StaticSecret"}})");
}

}  // namespace
}  // namespace collet::conversation
