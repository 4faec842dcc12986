#include "base/worker_pool.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <stdexcept>
#include <string>
#include <vector>

namespace collet {
namespace {

TEST(WorkerPool_OneThread, RunsTheTasksOfAnOwnerInOrder) {
  WorkerPool pool({.threads = 1});
  std::vector<int> seen;
  std::promise<void> done;
  for (int i = 0; i < 10; ++i) ASSERT_TRUE(pool.post("a", [&seen, i] { seen.push_back(i); }));
  ASSERT_TRUE(pool.post("a", [&done] { done.set_value(); }));
  ASSERT_TRUE(pool.start().ok());
  done.get_future().wait();
  EXPECT_EQ(seen, (std::vector<int>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}));
}

TEST(WorkerPool_TwoOwners, AreServedInTurn) {
  WorkerPool pool({.threads = 1});
  std::string order;
  std::promise<void> done;
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(pool.post("a", [&order] { order += 'a'; }));
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(pool.post("b", [&order] { order += 'b'; }));
  ASSERT_TRUE(pool.post("b", [&done] { done.set_value(); }));
  ASSERT_TRUE(pool.start().ok());
  done.get_future().wait();
  EXPECT_EQ(order, "ababab");
}

TEST(WorkerPool_SlowOwner, LeavesAThreadToTheOthers) {
  WorkerPool pool({.threads = 3});
  ASSERT_TRUE(pool.start().ok());
  std::promise<void> release;
  const std::shared_future<void> gate = release.get_future().share();
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(pool.post("slow", [gate] { gate.wait(); }));
  std::promise<void> done;
  ASSERT_TRUE(pool.post("quick", [&done] { done.set_value(); }));
  done.get_future().wait();
  EXPECT_GE(pool.queue_depth("slow"), 18u);
  release.set_value();
}

TEST(WorkerPool_FullQueue, RefusesOnlyItsOwner) {
  WorkerPool pool({.threads = 1, .queue_length = 2});
  EXPECT_TRUE(pool.post("a", [] {}));
  EXPECT_TRUE(pool.post("a", [] {}));
  EXPECT_FALSE(pool.post("a", [] {}));
  EXPECT_TRUE(pool.post("b", [] {}));
  EXPECT_EQ(pool.queue_depth("a"), 2u);
  EXPECT_EQ(pool.queue_depth("nobody"), 0u);
}

TEST(WorkerPool_ThrowingTask, IsContained) {
  WorkerPool pool({.threads = 1});
  ASSERT_TRUE(pool.start().ok());
  std::promise<void> done;
  ASSERT_TRUE(pool.post("a", [] { throw std::runtime_error("from a task"); }));
  ASSERT_TRUE(pool.post("a", [] { throw 7; }));
  ASSERT_TRUE(pool.post("a", [&done] { done.set_value(); }));
  done.get_future().wait();
}

TEST(WorkerPool_Stop, DestroysWhatWaitsAndRefusesMore) {
  WorkerPool pool({.threads = 1});
  auto held = std::make_shared<int>(1);
  ASSERT_TRUE(pool.post("a", [held] {}));
  pool.stop();
  EXPECT_EQ(held.use_count(), 1);
  EXPECT_FALSE(pool.post("a", [] {}));
}

TEST(WorkerPool_ManyOwners, RunEverythingOnce) {
  std::atomic<int> runs{0};
  std::promise<void> done;
  WorkerPool pool({.threads = 4, .queue_length = 1000});
  ASSERT_TRUE(pool.start().ok());
  for (int i = 0; i < 2000; ++i)
    ASSERT_TRUE(pool.post("owner " + std::to_string(i % 7), [&] {
      if (++runs == 2000) done.set_value();
    }));
  done.get_future().wait();
  EXPECT_EQ(runs, 2000);
}

}  // namespace
}  // namespace collet
