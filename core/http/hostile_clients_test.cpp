// What clients do to use up memory, time or places: through real sockets.
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>
#include <thread>

#include "http/streams.hpp"
#include "http/testing/test_server.hpp"

namespace collet::http {
namespace {

using std::chrono::milliseconds;
using testing::RawClient;
using testing::request;

class HostileClientsTest : public testing::ServerTest {
 protected:
  void SetUp() override {
    options_.limits.linger = milliseconds(100);
    route("GET", "/health", Lane::kInline, [](const Request&) { return Response::text("fine"); });
    route("POST", "/echo", Lane::kInline, [](const Request& r) { return Response::text(r.body); });
    const auto added = router_.add({.method = "POST",
                                    .pattern = "/up",
                                    .owner = "core",
                                    .lane = Lane::kInline,
                                    .handler =
                                        [](const Request& r, Reply reply) {
                                          auto kept = std::make_shared<Reply>(std::move(reply));
                                          r.stream->next([kept](const Piece& piece) {
                                            if (piece.kind != Piece::Kind::kBroken)
                                              kept->send(Response::success());
                                          });
                                        },
                                    .streamed = true});
    ASSERT_TRUE(added.ok());
  }
  /// Sends until the server refuses, or `most` bytes are sent; the status of the answer.
  static int flood(RawClient& client, const std::string& block, std::size_t most) {
    for (std::size_t sent = 0; sent < most && client.send(block); sent += block.size()) {
    }
    const auto answer = client.receive();
    return answer ? answer->status : 0;
  }
};

std::string chunked_to(const std::string& method, const std::string& path) {
  return method + " " + path + " HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
}

TEST_F(HostileClientsTest, EndlessChunkFraming_IsRefused) {
  start();
  for (const auto& head :
       {chunked_to("GET", "/health"), chunked_to("POST", "/echo"), chunked_to("POST", "/up")}) {
    for (const std::string start : {"1;a=", "0\r\nX: ", "00"}) {
      RawClient client(port_);
      ASSERT_TRUE(client.send(head + start));
      // As much as certainly gets to the server: more could reset the connection before its answer is read.
      EXPECT_EQ(flood(client, std::string(1024, '0'), 17 * 1024), 400) << head << start;
      EXPECT_TRUE(client.closed_by_server());
    }
  }
}

TEST_F(HostileClientsTest, DrippedChunkFraming_IsNoBody) {
  options_.limits.body_time = milliseconds(200);
  start();
  for (const auto& head : {chunked_to("POST", "/echo"), chunked_to("POST", "/up")}) {
    RawClient client(port_);
    ASSERT_TRUE(client.send(head + "1;"));
    int dripped = 0;
    while (dripped < 8000 && client.send("a")) {
      ++dripped;
      std::this_thread::sleep_for(milliseconds(1));
    }
    EXPECT_LT(dripped, 8000);
    const auto answer = client.receive();
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status, 408);
  }
}

TEST_F(HostileClientsTest, EmptyLinesBeforeARequest_AreNoProgress) {
  options_.limits.head_time = milliseconds(300);
  start();
  RawClient kept(port_);
  EXPECT_EQ(kept.ask("\r\n" + request("GET", "/health") + "\r\n")->status, 200);
  ASSERT_TRUE(kept.send("\r"));
  const auto second = kept.ask("\n");
  ASSERT_TRUE(second);
  EXPECT_EQ(second->status, 400);
  EXPECT_TRUE(kept.closed_by_server());

  RawClient silent(port_);
  int lines = 0;
  while (lines < 1000 && silent.send(lines % 2 == 0 ? "\r" : "\n")) {
    ++lines;
    std::this_thread::sleep_for(milliseconds(10));
  }
  EXPECT_LT(lines, 1000);
}

TEST_F(HostileClientsTest, BodyThatNobodyWants_IsNotTaken) {
  start();
  const std::string longest(64 * 1024, 'x');
  RawClient client(port_);
  EXPECT_EQ(client.ask(request("GET", "/health", "", longest))->status, 200);
  EXPECT_EQ(client.ask("GET /health HTTP/1.1\r\nHost: x\r\nContent-Length: 65537\r\n\r\n")->status, 413);
  EXPECT_TRUE(client.closed_by_server());
  EXPECT_EQ(ask(chunked_to("GET", "/health") + "10001\r\n").status, 413);
  EXPECT_EQ(ask(request("POST", "/echo", "", longest + longest)).body.size(), 2 * longest.size());
}

TEST_F(HostileClientsTest, EveryAnswerHasARequestId) {
  start();
  for (const char* text : {"GET /health HTTP/3.0\r\n\r\n", "GET /health HTTP/1.1\r\nfoo\r\n\r\n",
                           "GET /health HTTP/1.1\r\n\r\n", "GET /nope HTTP/1.1\r\nHost: x\r\n\r\n"})
    EXPECT_EQ(ask(text).header("x-request-id").size(), 32u) << text;
  EXPECT_EQ(
      ask("GET /health HTTP/1.1\r\nHost: x\r\nX: " + std::string(17'000, 'x')).header("x-request-id").size(),
      32u);
  EXPECT_EQ(ask("GET /health HTTP/1.1\r\nX-Request-ID: mine\r\n\r\n").header("x-request-id"), "mine");
  options_.limits.head_time = milliseconds(50);
  start();
  const auto late = ask("GET /hea");
  EXPECT_EQ(late.status, 408);
  EXPECT_EQ(late.header("x-request-id").size(), 32u);
}

}  // namespace
}  // namespace collet::http
