#include "common/owned.hpp"

#include <gtest/gtest.h>

namespace collet {
namespace {

void count(int* frees) { ++*frees; }

TEST(Owned, IsGivenBackOnce) {
  int frees = 0;
  {
    Owned<int, count> first(&frees);
    const auto second = std::move(first);
    EXPECT_EQ(frees, 0);
  }
  EXPECT_EQ(frees, 1);
}

TEST(Owned, NothingIsNotGivenBack) { const Owned<int, count> nothing; }

}  // namespace
}  // namespace collet
