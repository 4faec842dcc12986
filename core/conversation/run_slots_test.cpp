#include "conversation/run_slots.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace collet::conversation {
namespace {

TEST(RunSlots, Acquire_BeyondTheLimit_WaitsInOrder) {
  RunSlots slots(2);
  std::vector<int> granted;
  for (int name = 1; name <= 4; ++name) slots.acquire([&granted, name] { granted.push_back(name); });
  EXPECT_EQ(granted, (std::vector<int>{1, 2}));
  slots.release();
  EXPECT_EQ(granted, (std::vector<int>{1, 2, 3}));
  slots.release();
  slots.release();
  slots.acquire([&granted] { granted.push_back(5); });
  EXPECT_EQ(granted, (std::vector<int>{1, 2, 3, 4, 5}));
}

}  // namespace
}  // namespace collet::conversation
