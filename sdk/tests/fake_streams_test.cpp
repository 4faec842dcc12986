// Streamed bodies and answers of a plugin, through the fake host.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <future>
#include <memory>
#include <mutex>
#include <string>

#include "collet/plugin.hpp"
#include "collet/testing/plugin_under_test.hpp"
#include "collet/testing/temporary_folder.hpp"

namespace collet::testing {
namespace {

using ::testing::HasSubstr;

class Counter final : public BodyReceiver {
 public:
  Counter(Host& host, const Request& request) : host_(host) {
    if (request.query_value("size") == "huge") throw Refusal(507, "no room");
  }
  ~Counter() override { host_.log().info("receiver gone"); }
  void take(std::string_view piece) override {
    if (piece == "bad") throw InputError("bad piece");
    if (piece == "worse") throw std::runtime_error("on fire");
    bytes_ += piece.size();
    ++pieces_;
  }
  Response end() override {
    return Response::json("[" + std::to_string(pieces_) + "," + std::to_string(bytes_) + "]");
  }
  void broken(std::string_view why) override { host_.log().info("broken: " + std::string(why)); }

 private:
  Host& host_;
  std::size_t bytes_ = 0, pieces_ = 0;
};

class Countdown final : public PullSource {
 public:
  Countdown(Host& host, int from) : host_(host), left_(from) {}
  ~Countdown() override { host_.log().info("source gone"); }
  std::optional<std::string> pull() override {
    if (left_ < 0) throw std::runtime_error("below zero");
    return left_ == 0 ? std::nullopt : std::optional(std::to_string(left_--));
  }

 private:
  Host& host_;
  int left_;
};

/// A piece that was asked for, and that is given later.
class Owed {
 public:
  void keep(PieceReply reply) {
    const std::lock_guard lock(mutex_);
    reply_ = std::move(reply);
  }
  std::optional<PieceReply> take() {
    const std::lock_guard lock(mutex_);
    return std::exchange(reply_, std::nullopt);
  }

 private:
  std::mutex mutex_;
  std::optional<PieceReply> reply_;
};

class Feed final : public BodySource {
 public:
  explicit Feed(Owed& owed) : owed_(owed) {}
  void read(PieceReply reply) override { owed_.keep(std::move(reply)); }

 private:
  Owed& owed_;
};

class Streams final : public Plugin {
 public:
  void setup(Setup& setup) override {
    auto& host = setup.host();
    setup.stream("POST", "/count",
                 [&host](const Request& request) { return std::make_unique<Counter>(host, request); });
    setup
        .get("/down",
             [&host](const Request& request) {
               const int from = std::stoi(std::string(request.query_value("from").value_or("3")));
               return Response::source(std::make_unique<Countdown>(host, from), "text/plain", 3);
             })
        .access(Access::kBearer);
    setup.head("/down",
               [&host](const Request&) { return Response::source(std::make_unique<Countdown>(host, 3)); });
    setup.get("/file", [](const Request& request) {
      const std::string path(request.query_value("path").value_or(""));
      return Response::file(::open(path.c_str(), O_RDONLY | O_CLOEXEC), 1, 3, "text/plain");
    });
    setup.get("/feed", [this](const Request&) { return Response::source(std::make_unique<Feed>(owed_)); });
    setup.post("/feed", [this](const Request& request) {
      auto owed = owed_.take();
      if (!owed) return Response::error(409, "nothing is asked for");
      request.body.empty() ? owed->end("last") : owed->more(request.body);
      return Response::json("{}");
    });
  }

 private:
  Owed owed_;
};

const collet_entry kEntry{COLLET_ENTRY_MAGIC,
                          sizeof(collet_entry),
                          COLLET_ABI_MAJOR,
                          COLLET_ABI_MINOR,
                          "org.example.streams",
                          "1.0.0",
                          "Streams",
                          "",
                          "",
                          &collet::detail::create<Streams>,
                          &collet::detail::destroy,
                          &collet::detail::feature,
                          &collet::detail::start,
                          &collet::detail::stop};

class FakeStreamsTest : public ::testing::Test {
 protected:
  FakeStreamsTest() { plugin_.start(); }
  FakeHost host_;
  PluginUnderTest plugin_{host_, kEntry};
};

TEST_F(FakeStreamsTest, ABodyIsTakenPieceByPiece) {
  auto upload = plugin_.upload("POST", "/count");
  EXPECT_TRUE(upload.send("ab"));
  EXPECT_TRUE(upload.send(std::string(COLLET_PIECE_BYTES + 1, 'x')));
  EXPECT_EQ(upload.finish().body, "[3,262147]");
  EXPECT_TRUE(host_.has_logged("receiver gone"));
  EXPECT_EQ(plugin_.post("/count", "abc").body, "[1,3]");
  EXPECT_EQ(plugin_.post("/count", "").body, "[0,0]");
}

TEST_F(FakeStreamsTest, ARefusalAnswersBeforeTheEnd) {
  EXPECT_EQ(plugin_.post("/count?size=huge", "abc").status, 507);
  auto upload = plugin_.upload("POST", "/count");
  EXPECT_TRUE(upload.send("bad"));
  EXPECT_FALSE(upload.send("more"));
  EXPECT_EQ(upload.answer().status, 400);
  EXPECT_EQ(plugin_.post("/count", "worse").status, 500);
  EXPECT_TRUE(host_.has_logged("on fire"));
}

TEST_F(FakeStreamsTest, ABrokenBodyIsTold) {
  auto upload = plugin_.upload("POST", "/count");
  upload.send("ab");
  upload.break_off("gone");
  EXPECT_TRUE(host_.has_logged("broken: gone"));
  auto second = plugin_.upload("POST", "/count");
  second.send("ab");
  plugin_.stop();  // an upload that is under way ends with the plugin
  EXPECT_TRUE(host_.has_logged("broken: the plugin is being stopped"));
}

TEST_F(FakeStreamsTest, ASourceIsReadPieceByPiece) {
  EXPECT_EQ(plugin_.get("/down").body, "321");
  auto download = plugin_.download("GET", "/down?from=5");
  EXPECT_EQ(download.length(), 3);
  EXPECT_EQ(download.head().content_type, "text/plain");
  EXPECT_EQ(download.next(), "5");
  EXPECT_THAT(host_.log(), ::testing::SizeIs(1));  // that of the first one
  download.leave();
  EXPECT_EQ(download.next(), std::nullopt);
  EXPECT_THAT(host_.log(), ::testing::SizeIs(2));
}

TEST_F(FakeStreamsTest, WhatASourceThrowsBreaksItOff) {
  auto download = plugin_.download("GET", "/down?from=-1");
  try {
    download.next();
    FAIL();
  } catch (const std::runtime_error& error) {
    EXPECT_THAT(error.what(), HasSubstr("below zero"));
  }
}

TEST_F(FakeStreamsTest, NothingIsReadOfAnAnswerToHead) {
  auto download = plugin_.download("HEAD", "/down");
  EXPECT_TRUE(download.has_content());
  EXPECT_EQ(download.next(), std::nullopt);
  EXPECT_TRUE(host_.has_logged("source gone"));
}

TEST_F(FakeStreamsTest, AFileIsRead) {
  const TemporaryFolder folder;
  const auto path = folder.path() + "/f";
  { std::ofstream(path) << "abcdef"; }
  EXPECT_EQ(plugin_.get("/file?path=" + path).body, "bcd");
  { std::ofstream(path) << "ab"; }
  EXPECT_THROW(plugin_.get("/file?path=" + path), std::runtime_error);
}

TEST_F(FakeStreamsTest, ASourceMayGiveLater) {
  auto download = plugin_.download("GET", "/feed");
  auto first = std::async(std::launch::async, [&] { return download.next(); });
  while (plugin_.post("/feed", "one").status != 200) {
  }
  EXPECT_EQ(first.get(), "one");
  auto last = std::async(std::launch::async, [&] { return download.rest().body; });
  while (plugin_.post("/feed", "").status != 200) {
  }
  EXPECT_EQ(last.get(), "last");
}

TEST_F(FakeStreamsTest, RoutesSayWhoMayCall) {
  EXPECT_EQ(plugin_.access("GET", "/down"), Access::kBearer);
  EXPECT_EQ(plugin_.access("POST", "/count"), Access::kSession);
  EXPECT_EQ(plugin_.access("GET", "/nothing"), std::nullopt);
}

}  // namespace
}  // namespace collet::testing
