#include "outbound/curl_multi.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <future>
#include <thread>

#include "outbound/testing/scripted_peer.hpp"

namespace collet::outbound {
namespace {

using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

TransferCallbacks into(std::promise<TransferEnd>& promise) {
  return {{}, [&promise](TransferEnd end) { promise.set_value(std::move(end)); }};
}

Transfer post_to(std::string url) {
  return {std::move(url), {}, std::make_shared<const std::string>("{}"), 5};
}

TEST(CurlMulti, Timers_FireInOrderOnOneThread) {
  CurlMulti multi;
  std::promise<void> last;
  std::vector<int> order;
  std::vector<std::thread::id> threads;
  const auto timer = [&](int number) {
    return [&, number](CurlMulti::TimerEnd end) {
      EXPECT_EQ(end, CurlMulti::TimerEnd::kDue);
      order.push_back(number);
      threads.push_back(std::this_thread::get_id());
      if (number == 3) last.set_value();
    };
  };
  multi.after(0.06, timer(3));
  multi.after(0.03, timer(2));
  multi.after(0, timer(1));
  multi.after(0.01, timer(99)).cancel();
  ASSERT_EQ(last.get_future().wait_for(20s), std::future_status::ready);
  EXPECT_EQ(order, (std::vector<int>{1, 2, 3}));
  EXPECT_EQ(threads, std::vector<std::thread::id>(3, threads[0]));
  EXPECT_NE(threads[0], std::this_thread::get_id());
}

TEST(CurlMulti, Destruction_EndsTimersAndOutlivedTicketsAreHarmless) {
  CurlMulti::Ticket ticket;
  CurlMulti::TimerEnd end = CurlMulti::TimerEnd::kDue;
  {
    CurlMulti multi;
    ticket = multi.after(3600, [&](CurlMulti::TimerEnd e) { end = e; });
  }
  EXPECT_EQ(end, CurlMulti::TimerEnd::kShutdown);
  ticket.cancel();
  CurlMulti::Ticket().cancel();
}

TEST(CurlMulti, UnreachableOrBadAddress_EndsWithAnError) {
  CurlMulti multi;
  std::promise<TransferEnd> refused, scheme, malformed;
  multi.start(post_to("http://127.0.0.1:1/"), into(refused));
  multi.start(post_to("file:///etc/hostname"), into(scheme));
  multi.start(post_to("http://[::1"), into(malformed));
  const auto end = refused.get_future().get();
  EXPECT_EQ(end.error, TransferError::kConnection);
  EXPECT_FALSE(end.message.empty());
  EXPECT_EQ(scheme.get_future().get().error, TransferError::kBadUrl);
  EXPECT_EQ(malformed.get_future().get().error, TransferError::kBadUrl);
}

TEST(CurlMulti, ProxyOfTheEnvironment_IsNotUsedForLoopbackOnly) {
  const auto say = [](const char* text) {
    return [text](const std::string&, const testing::PeerConnection& connection) {
      connection.send(testing::answer(200, text));
    };
  };
  const testing::ScriptedPeer peer(say("direct"));
  const testing::ScriptedPeer proxy(say("by proxy"));
  const std::string port = ":" + std::to_string(peer.port());
  ::setenv("http_proxy", proxy.url("").c_str(), 1);  // NOLINT(concurrency-mt-unsafe): no other thread yet
  {
    CurlMulti::Options options;
    options.names = {"127.evil.example" + port + ":127.0.0.1"};
    CurlMulti multi(std::move(options));
    for (const std::string host : {"127.0.0.1", "localhost", "127.evil.example"}) {
      std::promise<TransferEnd> ended;
      multi.start(post_to("http://" + host + port), into(ended));
      EXPECT_EQ(ended.get_future().get().error, TransferError::kNone) << host;
    }
  }
  ::unsetenv("http_proxy");  // NOLINT(concurrency-mt-unsafe)
  EXPECT_EQ(peer.requests().size(), 2U);
  EXPECT_EQ(proxy.requests().size(), 1U);
}

TEST(CurlMulti, ThrowingCallback_HarmsNobodyElse) {
  CurlMulti multi;
  multi.after(0, [](CurlMulti::TimerEnd) { throw std::runtime_error("mine"); });
  std::promise<TransferEnd> other;
  multi.start(post_to("http://127.0.0.1:1/"), into(other));
  EXPECT_EQ(other.get_future().get().error, TransferError::kConnection);
}

}  // namespace
}  // namespace collet::outbound
