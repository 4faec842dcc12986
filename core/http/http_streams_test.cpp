// Streamed bodies and answers, through real sockets.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/socket.h>
#include <unistd.h>

#include <fstream>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "http/streams.hpp"
#include "http/testing/test_server.hpp"

namespace collet::http::testing {
namespace {

using Kind = Piece::Kind;
using ::testing::HasSubstr;

/// Waits for what other threads bring about.
class Note {
 public:
  void set(std::string text) {
    const std::lock_guard lock(mutex_);
    text_ = std::move(text);
    changed_.notify_all();
  }
  std::string wait() {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, RawClient::kPatience, [this] { return text_.has_value(); });
    return text_.value_or("nothing");
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::optional<std::string> text_;
};

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

/// Gives what the test puts in.
class Feed final : public Source {
 public:
  struct Owed {
    std::mutex mutex;
    std::condition_variable changed;
    Give give;
    Note gone;
    void put(Piece piece) {
      std::unique_lock lock(mutex);
      ASSERT_TRUE(changed.wait_for(lock, RawClient::kPatience, [this] { return give != nullptr; }));
      const auto taken = std::exchange(give, nullptr);
      lock.unlock();
      taken(std::move(piece));
    }
  };
  explicit Feed(std::shared_ptr<Owed> owed) : owed_(std::move(owed)) {}
  ~Feed() override {
    {
      const std::lock_guard lock(owed_->mutex);
      owed_->give = nullptr;
    }
    owed_->gone.set("gone");
  }
  void read(Give give) override {
    const std::lock_guard lock(owed_->mutex);
    owed_->give = std::move(give);
    owed_->changed.notify_all();
  }

 private:
  const std::shared_ptr<Owed> owed_;
};

/// Yields pieces at once, on the thread that asks.
class Repeat final : public Source {
 public:
  Repeat(std::size_t pieces, std::size_t size) : left_(pieces), size_(size) {}
  void read(Give give) override {
    if (left_ == 0) return give({Kind::kEnd, ""});
    --left_;
    give({Kind::kData, std::string(size_, 'r')});
  }

 private:
  std::size_t left_;
  const std::size_t size_;
};

Response with_source(std::unique_ptr<Source> source, std::optional<std::uint64_t> length = std::nullopt) {
  Response response = Response::text("");
  response.content = std::make_shared<Content>(Content{.source = std::move(source), .length = length});
  return response;
}

class StreamsTest : public ServerTest {
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
  void source_at(std::string pattern, std::function<Response()> make) {
    for (const char* method : {"GET", "HEAD"})
      route(method, pattern, Lane::kWorker, [make](const Request&) { return make(); });
  }
  std::string make_file(std::size_t size) {
    std::string name = ::testing::TempDir() + "collet-streams-XXXXXX";
    const UniqueFd fd(::mkstemp(name.data()));
    EXPECT_EQ(::ftruncate(fd.get(), static_cast<off_t>(size)), 0);
    files_.push_back(name);
    return name;
  }
  void TearDown() override {
    ServerTest::TearDown();
    for (const auto& name : files_) ::unlink(name.c_str());
  }
  static Response file(const std::string& name, std::uint64_t offset, std::uint64_t length) {
    Response response = Response::text("");
    response.content = std::make_shared<Content>(
        Content{.file = FilePart{UniqueFd(::open(name.c_str(), O_RDONLY | O_CLOEXEC)), offset, length}});
    return response;
  }

  Note broken_;
  std::vector<std::string> files_;
};

std::string post(std::size_t length, std::string_view fields = "") {
  return "POST /up HTTP/1.1\r\nhost: localhost\r\n" + std::string(fields) +
         "content-length: " + std::to_string(length) + "\r\n\r\n";
}
const std::string kChunkedHead = "POST /up HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\n";
const std::string kGetUp = "GET /plain HTTP/1.1\r\nhost: localhost\r\n\r\n";

TEST_F(StreamsTest, BodyIsTakenInPieces_AndTheConnectionGoesOn) {
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

TEST_F(StreamsTest, NothingIsReadThatNobodyAsksFor) {
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

TEST_F(StreamsTest, ContinueIsSaidWhenTheBodyIsAskedFor) {
  count_at("/up");
  start();
  RawClient client(port_);
  ASSERT_TRUE(client.send(post(3, "expect: 100-continue\r\n")));
  ASSERT_TRUE(client.fill(25));
  EXPECT_EQ(client.take(25), "HTTP/1.1 100 Continue\r\n\r\n");
  EXPECT_EQ(client.ask("abc")->body, "3");
}

TEST_F(StreamsTest, AnEarlyAnswerDoesNotWaitForTheBody) {
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

TEST_F(StreamsTest, ALimitHoldsForBothFramings) {
  count_at("/up");
  options_.limits.upload_bytes = 10;
  start();
  EXPECT_EQ(ask(post(11)).status, 413);
  EXPECT_EQ(ask(kChunkedHead + "b\r\n0123456789a\r\n0\r\n\r\n").status, 413);
  EXPECT_EQ(broken_.wait(), "the request was answered 413");
  EXPECT_EQ(ask(kChunkedHead + "a\r\n0123456789\r\n0\r\n\r\n").body, "10");
}

TEST_F(StreamsTest, ABrokenBodyIsTold) {
  count_at("/up");
  start();
  {
    RawClient client(port_);
    ASSERT_TRUE(client.send(post(100) + "abc"));
  }
  EXPECT_EQ(broken_.wait(), "the client has left");
}

TEST_F(StreamsTest, AMalformedChunkIsRefused) {
  count_at("/up");
  start();
  EXPECT_EQ(ask(kChunkedHead + "xyz\r\n\r\n").status, 400);
  EXPECT_EQ(broken_.wait(), "the request was answered 400");
}

TEST_F(StreamsTest, AStalledBodyIsRefused) {
  count_at("/up");
  options_.limits.body_time = std::chrono::milliseconds(300);
  start();
  EXPECT_EQ(ask(post(100) + "abc").status, 408);
  EXPECT_EQ(broken_.wait(), "the request was answered 408");
}

TEST_F(StreamsTest, TheServersEndBreaksABody) {
  count_at("/up");
  start();
  RawClient client(port_);
  ASSERT_TRUE(client.send(post(100) + "abc"));
  while (server_->connections() == 0) ::usleep(1000);
  ASSERT_EQ(ask(post(3) + "abc").body, "3");  // that one has been begun too
  server_->drain(std::chrono::milliseconds(0));
  EXPECT_EQ(broken_.wait(), "the server is going down");
}

TEST_F(StreamsTest, AFileIsSent_AndTheConnectionGoesOn) {
  const auto name = make_file(5'000'000);
  { std::ofstream(name, std::ios::in | std::ios::out | std::ios::binary) << "begin"; }
  source_at("/file", [&] { return file(name, 2, 4'999'998); });
  start();
  RawClient client(port_);
  for (int i = 0; i < 2; ++i) {
    const auto answer = client.ask(request("GET", "/file"));
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->body.size(), 4'999'998u);
    EXPECT_EQ(answer->body.substr(0, 4), std::string("gin\0", 4));
    ASSERT_TRUE(client.send(request("HEAD", "/file")));
    const auto head = client.receive(true);
    EXPECT_EQ(head->header("content-length"), "4999998");
  }
}

TEST_F(StreamsTest, AFileThatHasShrunkCutsTheConnection) {
  const auto name = make_file(100'000);
  source_at("/file", [&] { return file(name, 0, 200'000); });
  start();
  RawClient client(port_);
  EXPECT_FALSE(client.ask(request("GET", "/file")));
}

TEST_F(StreamsTest, AClientThatTakesNothingHoldsNoFile) {
  const auto name = make_file(200'000'000);
  source_at("/file", [&] { return file(name, 0, 200'000'000); });
  options_.limits.write_stall = std::chrono::milliseconds(500);
  start();
  RawClient client(port_);
  ASSERT_TRUE(client.send(request("GET", "/file")));
  while (server_->connections() == 0) ::usleep(1000);
  for (int i = 0; i < 1000 && server_->connections() > 0; ++i) ::usleep(10'000);
  EXPECT_EQ(server_->connections(), 0u);
}

TEST_F(StreamsTest, ASourceIsSentChunked) {
  source_at("/s", [] { return with_source(std::make_unique<Repeat>(300, 10'000)); });
  start();
  RawClient client(port_);
  ASSERT_TRUE(client.send(request("GET", "/s")));
  std::string head;
  while (!head.ends_with("\r\n\r\n") && client.fill(1)) head += client.take(1);
  EXPECT_THAT(head, HasSubstr("transfer-encoding: chunked\r\n"));
  std::string chunks;
  for (int i = 0; i < 300; ++i) chunks += "2710\r\n" + std::string(10'000, 'r') + "\r\n";
  chunks += "0\r\n\r\n";
  ASSERT_TRUE(client.fill(chunks.size()));
  EXPECT_TRUE(client.take(chunks.size()) == chunks);
  ASSERT_TRUE(client.send(request("HEAD", "/s")));
  EXPECT_EQ(client.receive(true)->header("transfer-encoding"), "chunked");
}

TEST_F(StreamsTest, ASourceOfKnownLengthIsCounted) {
  source_at("/right", [] { return with_source(std::make_unique<Repeat>(3, 10), 30); });
  source_at("/less", [] { return with_source(std::make_unique<Repeat>(2, 10), 30); });
  source_at("/more", [] { return with_source(std::make_unique<Repeat>(4, 10), 30); });
  start();
  RawClient client(port_);
  EXPECT_EQ(client.ask(request("GET", "/right"))->body, std::string(30, 'r'));
  EXPECT_FALSE(client.ask(request("GET", "/less")));
  RawClient second(port_);
  second.ask(request("GET", "/more"));
  EXPECT_TRUE(second.closed_by_server());
}

TEST_F(StreamsTest, ForOldClientsTheConnectionsEndIsTheEnd) {
  const auto owed = std::make_shared<Feed::Owed>();
  source_at("/s", [&] { return with_source(std::make_unique<Feed>(owed)); });
  start();
  RawClient client(port_);
  ASSERT_TRUE(client.send("GET /s HTTP/1.0\r\n\r\n"));
  owed->put({Kind::kData, "one "});
  owed->put({Kind::kEnd, "two"});
  std::string all;
  while (client.fill(1)) all += client.take(1);
  EXPECT_THAT(all, ::testing::EndsWith("\r\n\r\none two"));
  EXPECT_THAT(all, ::testing::Not(HasSubstr("chunked")));
  EXPECT_EQ(owed->gone.wait(), "gone");
  RawClient second(port_);
  ASSERT_TRUE(second.send("GET /s HTTP/1.0\r\n\r\n"));
  owed->put({Kind::kData, "one "});
  ASSERT_TRUE(second.fill(1));
  owed->put({Kind::kBroken, "for the test"});
  char byte = 0;
  ssize_t n = 1;
  while (n > 0) n = ::recv(second.fd(), &byte, 1, 0);
  EXPECT_EQ(n, -1);  // reset: not to be taken for the end
}

TEST_F(StreamsTest, AClientThatLeavesIsToldToTheSource) {
  const auto owed = std::make_shared<Feed::Owed>();
  source_at("/s", [&] { return with_source(std::make_unique<Feed>(owed)); });
  start();
  RawClient client(port_);
  ASSERT_TRUE(client.send(request("GET", "/s")));
  owed->put({Kind::kData, "one"});
  ASSERT_TRUE(client.fill(1));
  client.close();
  EXPECT_EQ(owed->gone.wait(), "gone");  // although it has nothing to say for long
}

TEST_F(StreamsTest, ASourceEndsWithTheServer) {
  const auto owed = std::make_shared<Feed::Owed>();
  source_at("/s", [&] { return with_source(std::make_unique<Feed>(owed)); });
  start();
  RawClient client(port_);
  ASSERT_TRUE(client.send(request("GET", "/s")));
  owed->put({Kind::kData, "one"});
  server_->drain(std::chrono::milliseconds(0));
  EXPECT_EQ(owed->gone.wait(), "gone");
}

}  // namespace
}  // namespace collet::http::testing
