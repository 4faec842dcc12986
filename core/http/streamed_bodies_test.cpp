// Streamed bodies of requests, through real sockets.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <memory>
#include <optional>
#include <string>

#include "http/streams.hpp"
#include "http/testing/note.hpp"
#include "http/testing/test_server.hpp"

namespace collet::http::testing {
namespace {

using Kind = Piece::Kind;

/// Asks for a body to its end, and answers how many bytes and pieces it had.
class Counting : public std::enable_shared_from_this<Counting> {
 public:
  Counting(std::shared_ptr<BodyStream> body, Reply reply, Note& broken)
      : body_(std::move(body)), reply_(std::move(reply)), broken_(broken) {}
  void next() {
    body_->next([self = shared_from_this()](Piece piece) { self->take(std::move(piece)); });
  }

 private:
  void take(Piece piece) {
    if (piece.kind == Kind::kBroken) return broken_.set(piece.data);
    if (piece.kind == Kind::kEnd) return reply_.send(Response::text(std::to_string(bytes_)));
    EXPECT_LE(piece.data.size(), kPieceBytes);
    EXPECT_FALSE(piece.data.empty());
    bytes_ += piece.data.size();
    next();
  }

  const std::shared_ptr<BodyStream> body_;
  Reply reply_;
  Note& broken_;
  std::size_t bytes_ = 0;
};

class StreamedBodiesTest : public ServerTest {
 protected:
  void stream(std::string pattern, Handler handler) {
    ASSERT_TRUE(router_
                    .add({.method = "POST",
                          .pattern = std::move(pattern),
                          .owner = "core",
                          .handler = std::move(handler),
                          .streamed = true})
                    .ok());
  }
  void count_at(std::string pattern) {
    stream(std::move(pattern), [this](Request request, Reply reply) {
      std::make_shared<Counting>(request.stream, std::move(reply), broken_)->next();
    });
  }

  Note broken_;
};

std::string post(std::size_t length, std::string_view fields = "") {
  return "POST /up HTTP/1.1\r\nhost: localhost\r\n" + std::string(fields) +
         "content-length: " + std::to_string(length) + "\r\n\r\n";
}
const std::string kChunkedHead = "POST /up HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\n";
const std::string kGetUp = "GET /plain HTTP/1.1\r\nhost: localhost\r\n\r\n";

TEST_F(StreamedBodiesTest, BodyIsTakenInPieces_AndTheConnectionGoesOn) {
  count_at("/up");
  route("GET", "/plain", Lane::kInline, [](const Request&) { return Response::text("plain"); });
  start();
  RawClient client(port_);
  const std::string megabytes(3'000'000, 'x');
  for (int i = 0; i < 2; ++i) {
    ASSERT_TRUE(client.send(post(megabytes.size()) + megabytes + kGetUp + post(2) + "ab"));
    EXPECT_EQ(client.receive()->body, "3000000");
    EXPECT_EQ(client.receive()->body, "plain");
    EXPECT_EQ(client.receive()->body, "2");
    EXPECT_EQ(client.ask(post(0))->body, "0");
    EXPECT_EQ(client.ask(kChunkedHead + "3\r\nabc\r\n10;x=y\r\n0123456789abcdef\r\n0\r\nt: u\r\n\r\n")->body,
              "19");
    EXPECT_EQ(client.ask(kChunkedHead + "0\r\n\r\n")->body, "0");
  }
}

TEST_F(StreamedBodiesTest, NothingIsReadThatNobodyAsksFor) {
  std::shared_ptr<BodyStream> body;
  Note called;
  stream("/up", [&](Request request, Reply reply) {
    static std::optional<Reply> kept;
    kept = std::move(reply);
    body = request.stream;
    called.set("called");
  });
  start();
  RawClient client(port_);
  ASSERT_TRUE(client.send(post(1 << 30)));
  ASSERT_EQ(called.wait(), "called");
  ::fcntl(client.fd(), F_SETFL, O_NONBLOCK);
  const std::string block(1 << 16, 'x');
  std::size_t sent = 0;
  for (int full = 0; full < 3;) {  // until the socket's own buffers are full
    const auto n = ::send(client.fd(), block.data(), block.size(), MSG_NOSIGNAL);
    if (n > 0) sent += static_cast<std::size_t>(n);
    if (n < 0) ++full, ::usleep(50'000);
    ASSERT_LT(sent, 64u << 20);
  }
  Note piece;
  body->next([&](Piece one) { piece.set(std::to_string(one.data.size())); });
  EXPECT_EQ(piece.wait(), std::to_string(kPieceBytes));
  client.close();
  body = nullptr;
}

TEST_F(StreamedBodiesTest, ContinueIsSaidWhenTheBodyIsAskedFor) {
  count_at("/up");
  start();
  RawClient client(port_);
  ASSERT_TRUE(client.send(post(3, "expect: 100-continue\r\n")));
  ASSERT_TRUE(client.fill(25));
  EXPECT_EQ(client.take(25), "HTTP/1.1 100 Continue\r\n\r\n");
  EXPECT_EQ(client.ask("abc")->body, "3");
}

TEST_F(StreamedBodiesTest, AnEarlyAnswerDoesNotWaitForTheBody) {
  stream("/up", [](const Request&, Reply reply) { reply.send(Response::error(403, "no")); });
  start();
  RawClient client(port_);
  ASSERT_TRUE(client.send(post(3)));
  EXPECT_EQ(client.receive()->status, 403);
  EXPECT_EQ(client.ask("abc" + post(1 << 20))->status, 403);  // a short body is read over
  EXPECT_TRUE(client.closed_by_server());                     // a long one is not
  RawClient second(port_);
  const auto refused = second.ask(post(1 << 20, "expect: 100-continue\r\n"));
  EXPECT_EQ(refused->header("connection"), "close");
}

TEST_F(StreamedBodiesTest, ALimitHoldsForBothFramings) {
  count_at("/up");
  options_.limits.upload_bytes = 10;
  start();
  EXPECT_EQ(ask(post(11)).status, 413);
  EXPECT_EQ(ask(kChunkedHead + "b\r\n0123456789a\r\n0\r\n\r\n").status, 413);
  EXPECT_EQ(broken_.wait(), "the request was answered 413");
  EXPECT_EQ(ask(kChunkedHead + "a\r\n0123456789\r\n0\r\n\r\n").body, "10");
}

TEST_F(StreamedBodiesTest, ABrokenBodyIsTold) {
  count_at("/up");
  start();
  {
    RawClient client(port_);
    ASSERT_TRUE(client.send(post(100) + "abc"));
  }
  EXPECT_EQ(broken_.wait(), "the client has left");
}

TEST_F(StreamedBodiesTest, AMalformedChunkIsRefused) {
  count_at("/up");
  start();
  EXPECT_EQ(ask(kChunkedHead + "xyz\r\n\r\n").status, 400);
  EXPECT_EQ(broken_.wait(), "the request was answered 400");
}

TEST_F(StreamedBodiesTest, AStalledBodyIsRefused) {
  count_at("/up");
  options_.limits.body_time = std::chrono::milliseconds(300);
  start();
  EXPECT_EQ(ask(post(100) + "abc").status, 408);
  EXPECT_EQ(broken_.wait(), "the request was answered 408");
}

TEST_F(StreamedBodiesTest, TheServersEndBreaksABody) {
  count_at("/up");
  start();
  RawClient client(port_);
  ASSERT_TRUE(client.send(post(100) + "abc"));
  while (server_->connections() == 0) ::usleep(1000);
  ASSERT_EQ(ask(post(3) + "abc").body, "3");  // that one has been begun too
  server_->drain(std::chrono::milliseconds(0));
  EXPECT_EQ(broken_.wait(), "the server is going down");
}

TEST_F(StreamedBodiesTest, WhoAsksAfterTheServersEndIsToldOfIt) {
  std::shared_ptr<BodyStream> body;
  std::optional<Reply> kept;
  Note begun;
  stream("/up", [&](const Request& request, Reply reply) {
    body = request.stream;
    kept = std::move(reply);
    begun.set("yes");
  });
  start();
  RawClient client(port_);
  ASSERT_TRUE(client.send(post(100) + "abc"));
  begun.wait();
  server_->drain(std::chrono::milliseconds(0));
  body->next([&](const Piece& piece) { broken_.set(piece.data); });
  EXPECT_EQ(broken_.wait(), "the server is going down");
}

}  // namespace
}  // namespace collet::http::testing
