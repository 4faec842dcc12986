#include "conversation/async.hpp"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <thread>
#include <vector>

namespace collet::conversation {
namespace {

class AsyncTest : public ::testing::Test {
 protected:
  void spawn(asio::awaitable<void> work) { asio::co_spawn(strand, std::move(work), asio::detached); }

  asio::io_context io;
  Strand strand = asio::make_strand(io);
};

asio::awaitable<void> take(std::shared_ptr<Arrival<int>> arrival, std::vector<std::string>& seen) {
  const auto value = co_await arrival->wait();
  seen.push_back(value ? std::to_string(*value) : "cancelled");
}

TEST_F(AsyncTest, Arrival_DeliveredFromAnotherThread_ResumesTheWaiter) {
  std::vector<std::string> seen;
  auto arrival = std::make_shared<Arrival<int>>(strand);
  spawn(take(arrival, seen));
  auto work = asio::make_work_guard(io);
  std::thread other([&] {
    arrival->deliver(7);
    arrival->deliver(8);  // too late
    work.reset();
  });
  io.run();
  other.join();
  EXPECT_EQ(seen, std::vector<std::string>{"7"});
}

TEST_F(AsyncTest, Arrival_BeforeTheWait_IsNotLost) {
  std::vector<std::string> seen;
  auto arrival = std::make_shared<Arrival<int>>(strand);
  arrival->deliver(1);
  io.run();
  io.restart();
  spawn(take(arrival, seen));
  io.run();
  EXPECT_EQ(seen, std::vector<std::string>{"1"});
}

TEST_F(AsyncTest, Arrival_Cancelled_GivesNothing) {
  std::vector<std::string> seen;
  auto arrival = std::make_shared<Arrival<int>>(strand);
  spawn(take(arrival, seen));
  asio::post(strand, [arrival] { arrival->cancel(); });
  io.run();
  EXPECT_EQ(seen, std::vector<std::string>{"cancelled"});
}

asio::awaitable<void> pass(AsyncMutex& mutex, std::shared_ptr<Arrival<int>> hold, int name,
                           std::vector<int>& order) {
  co_await mutex.lock();
  if (hold) co_await hold->wait();
  order.push_back(name);
  mutex.unlock();
}

TEST_F(AsyncTest, Mutex_LetsWaitersThroughInOrder) {
  AsyncMutex mutex(strand);
  std::vector<int> order;
  auto hold = std::make_shared<Arrival<int>>(strand);
  spawn(pass(mutex, hold, 1, order));
  for (int name = 2; name <= 5; ++name) spawn(pass(mutex, nullptr, name, order));
  asio::post(strand, [hold] { hold->deliver(0); });
  io.run();
  EXPECT_EQ(order, (std::vector<int>{1, 2, 3, 4, 5}));
}

}  // namespace
}  // namespace collet::conversation
