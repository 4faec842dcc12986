#include "system/event_loop.hpp"

#include <gtest/gtest.h>
#include <sys/epoll.h>

#include <atomic>
#include <future>
#include <stdexcept>

namespace collet::bash {
namespace {

using namespace std::chrono_literals;

TEST(EventLoop_Post, runs_in_order_and_stop_runs_what_is_left) {
  std::string order;
  {
    EventLoop loop([](const std::string&) {});
    for (char c = 'a'; c <= 'e'; ++c) loop.post([&order, c] { order += c; });
    loop.stop();
    loop.post([&order] { order += '!'; });
  }
  EXPECT_EQ(order, "abcde");
}

TEST(EventLoop_Timers, come_in_order_of_time_and_can_be_cancelled) {
  EventLoop loop([](const std::string&) {});
  std::promise<std::string> result;
  auto order = std::make_shared<std::string>();
  loop.run([&] {
    loop.after(20ms, [&, order] { result.set_value(*order + "c"); });
    loop.after(10ms, [order] { *order += "b"; });
    loop.after(0ms, [order] { *order += "a"; });
    const auto never = loop.after(5ms, [order] { *order += "x"; });
    loop.cancel(never);
  });
  EXPECT_EQ(result.get_future().get(), "abc");
}

TEST(EventLoop_Watch, a_callback_may_end_its_own_watch) {
  EventLoop loop([](const std::string&) {});
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  const UniqueFd reader(ends[0]), writer(ends[1]);
  std::promise<void> seen;
  loop.run([&] {
    loop.watch(reader.get(), EPOLLIN, [&](std::uint32_t) {
      loop.unwatch(reader.get());
      seen.set_value();
    });
  });
  ASSERT_EQ(::write(writer.get(), "xx", 2), 2);
  seen.get_future().wait();
  loop.run([&] { loop.unwatch(reader.get()); });
}

TEST(EventLoop_Failure, of_a_callback_is_reported_and_the_loop_goes_on) {
  std::promise<std::string> failure;
  EventLoop loop([&](const std::string& text) { failure.set_value(text); });
  loop.post([] { throw std::runtime_error("oops"); });
  EXPECT_EQ(failure.get_future().get(), "oops");
  bool ran = false;
  loop.run([&] { ran = true; });
  EXPECT_TRUE(ran);
}

}  // namespace
}  // namespace collet::bash
