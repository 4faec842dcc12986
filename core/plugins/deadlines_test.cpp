#include "plugins/deadlines.hpp"

#include <gtest/gtest.h>

#include <future>
#include <string>

#include "plugins/errand.hpp"

namespace collet::plugins {
namespace {

using Clock = std::chrono::steady_clock;

TEST(Deadlines, ComeInTheirOrder) {
  Deadlines deadlines;
  std::string order;
  std::promise<void> last;
  const auto now = Clock::now();
  deadlines.add(now + std::chrono::milliseconds(3), [&] {
    order += 'c';
    last.set_value();
  });
  deadlines.add(now + std::chrono::milliseconds(1), [&] { order += 'a'; });
  deadlines.add(now + std::chrono::milliseconds(2), [&] { order += 'b'; });
  ASSERT_TRUE(deadlines.start().ok());
  last.get_future().wait();
  EXPECT_EQ(order, "abc");
}

TEST(Deadlines, EarlierOneAddedLater_IsNotLate) {
  Deadlines deadlines;
  ASSERT_TRUE(deadlines.start().ok());
  deadlines.add(Clock::now() + std::chrono::hours(1), [] { FAIL(); });
  std::promise<void> came;
  deadlines.add(Clock::now(), [&] { came.set_value(); });
  came.get_future().wait();
}

TEST(Deadlines, RemovedOne_DoesNotCome) {
  Deadlines deadlines;
  const auto now = Clock::now();
  const auto removed = deadlines.add(now, [] { FAIL(); });
  std::promise<void> came;
  deadlines.add(now, [&] { came.set_value(); });
  deadlines.remove(removed);
  deadlines.remove(removed);
  ASSERT_TRUE(deadlines.start().ok());
  came.get_future().wait();
}

TEST(Deadlines, Stopped_DropWhatIsLeft) {
  Deadlines deadlines;
  ASSERT_TRUE(deadlines.start().ok());
  const auto held = std::make_shared<int>(1);
  deadlines.add(Clock::now() + std::chrono::hours(1), [held] { FAIL(); });
  deadlines.stop();
  deadlines.add(Clock::now(), [held] { FAIL(); });
  EXPECT_EQ(held.use_count(), 1);
}

TEST(Errand, Ended_HasDroppedItsWork) {
  const auto held = std::make_shared<int>(1);
  Errand errand([held] {});
  ASSERT_TRUE(errand.wait(Clock::now() + std::chrono::minutes(1)));
  EXPECT_EQ(held.use_count(), 1);
}

TEST(Errand, NotEnded_IsLeftBehind) {
  const auto door = std::make_shared<std::promise<void>>();
  const auto through = std::make_shared<std::promise<void>>();
  {
    Errand errand([door, through] {
      door->get_future().wait();
      through->set_value();
    });
    EXPECT_FALSE(errand.wait(Clock::now()));
  }
  door->set_value();
  through->get_future().wait();
}

TEST(InSeconds, IsShort) {
  EXPECT_EQ(in_seconds(std::chrono::milliseconds(1500)), "1.5 s");
  EXPECT_EQ(in_seconds(std::chrono::hours(24)), "86400 s");
}

}  // namespace
}  // namespace collet::plugins
