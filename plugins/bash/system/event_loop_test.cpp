#include "system/event_loop.hpp"

#include <gtest/gtest.h>
#include <sys/epoll.h>

#include <atomic>
#include <future>
#include <stdexcept>
#include <thread>
#include <vector>

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

// -> the thread that ran it
std::thread::id dispatched(EventLoop& loop) {
  std::promise<std::thread::id> thread;
  loop.dispatch([&] { thread.set_value(std::this_thread::get_id()); });
  return thread.get_future().get();
}

TEST(EventLoop_Dispatch, runs_on_the_callers_thread_while_the_loop_waits) {
  EventLoop loop([](const std::string&) {});
  while (dispatched(loop) != std::this_thread::get_id()) std::this_thread::yield();
  loop.stop();
  loop.dispatch([] { FAIL(); });
}

TEST(EventLoop_Dispatch, comes_after_what_was_posted_and_never_beside_it) {
  EventLoop loop([](const std::string&) {});
  std::vector<std::thread> threads;
  int sum = 0;  // unguarded on purpose
  std::promise<void> go;
  std::string order;
  loop.post([&, future = go.get_future().share()] { future.wait(), order += 'a'; });
  loop.dispatch([&] { order += 'b'; });
  go.set_value();
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&] {
      for (int round = 0; round < 2000; ++round)
        round % 3 == 0 ? loop.post([&] { ++sum; }) : loop.dispatch([&] { ++sum; });
    });
  for (auto& thread : threads) thread.join();
  loop.run([&] {
    EXPECT_EQ(sum, 8000);
    EXPECT_EQ(order, "ab");
  });
}

TEST(EventLoop_Dispatch, from_a_callback_is_posted) {
  EventLoop loop([](const std::string&) {});
  std::string order;
  std::promise<void> done;
  loop.post([&] {
    loop.dispatch([&] { order += 'b', done.set_value(); });
    order += 'a';
  });
  done.get_future().wait();
  EXPECT_EQ(order, "ab");
}

TEST(EventLoop_Dispatch, a_timer_that_comes_before_the_others_is_in_time) {
  EventLoop loop([](const std::string&) {});
  loop.run([&] { loop.after(1h, [] {}); });
  std::promise<void> rang;
  bool lent = false;
  while (!lent)
    loop.dispatch([&, me = std::this_thread::get_id()] {
      if (std::this_thread::get_id() != me || lent) return;
      lent = true;
      loop.after(1ms, [&] { rang.set_value(); });
    });
  EXPECT_EQ(rang.get_future().wait_for(20s), std::future_status::ready);
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
