// Answers from files and sources, through real sockets.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/socket.h>
#include <unistd.h>

#include <condition_variable>
#include <fstream>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "http/streams.hpp"
#include "http/testing/note.hpp"
#include "http/testing/test_server.hpp"

namespace collet::http::testing {
namespace {

using Kind = Piece::Kind;
using ::testing::HasSubstr;

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

class StreamedAnswersTest : public ServerTest {
 protected:
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

  std::vector<std::string> files_;
};

TEST_F(StreamedAnswersTest, AFileIsSent_AndTheConnectionGoesOn) {
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

TEST_F(StreamedAnswersTest, AFileThatHasShrunkCutsTheConnection) {
  const auto name = make_file(100'000);
  source_at("/file", [&] { return file(name, 0, 200'000); });
  start();
  RawClient client(port_);
  EXPECT_FALSE(client.ask(request("GET", "/file")));
}

TEST_F(StreamedAnswersTest, AClientThatTakesNothingHoldsNoFile) {
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

TEST_F(StreamedAnswersTest, ASourceIsSentChunked) {
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

TEST_F(StreamedAnswersTest, ASourceOfKnownLengthIsCounted) {
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

TEST_F(StreamedAnswersTest, ForOldClientsTheConnectionsEndIsTheEnd) {
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

TEST_F(StreamedAnswersTest, AClientThatLeavesIsToldToTheSource) {
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

TEST_F(StreamedAnswersTest, ASourceEndsWithTheServer) {
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
