// Streamed bodies and answers of plugins, over real connections.
#include <gmock/gmock.h>
#include <sys/socket.h>

#include <chrono>
#include <thread>

#include "plugins/testing/served_host.hpp"

namespace collet::plugins {
namespace {

using http::testing::Answer;
using http::testing::RawClient;
using http::testing::request;

class PluginStreams : public ServedHost {
 protected:
  void SetUp() override {
    ServedHost::SetUp();
    serve("streams");
  }
  Answer ask(std::string_view text) const { return RawClient(port_).ask(text).value_or(Answer()); }
  /// What the plugin has put under this key, once it has.
  std::string stored(const std::string& key) const {
    const auto until = std::chrono::steady_clock::now() + RawClient::kPatience;
    for (;;) {
      auto value = ask(request("GET", "/streams/stored?key=" + key)).body;
      if (!value.empty() || std::chrono::steady_clock::now() > until) return value;
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
  }
  /// Gives the feed's next piece; empty: its end.
  void feed(std::string_view piece) const {
    const auto until = std::chrono::steady_clock::now() + RawClient::kPatience;
    while (ask(request("POST", "/streams/feed", "", piece)).status != 200)
      ASSERT_LT(std::chrono::steady_clock::now(), until);
  }
};

std::string post(std::string_view query, std::size_t length, std::string_view body) {
  return "POST /streams/count" + std::string(query) +
         " HTTP/1.1\r\nhost: localhost\r\ncontent-length: " + std::to_string(length) + "\r\n\r\n" +
         std::string(body);
}

TEST_F(PluginStreams, ABodyIsTakenInPieces) {
  RawClient client(port_);
  const std::string megabytes(2'000'000, 'x');
  EXPECT_EQ(client.ask(post("", megabytes.size(), megabytes))->body, "2000000");
  EXPECT_EQ(client.ask(post("", 0, ""))->body, "0");
  EXPECT_EQ(client.ask(post("", 3, "abc"))->body, "3");
}

TEST_F(PluginStreams, WhatAReceiverThrowsIsAnswered) {
  EXPECT_EQ(ask(post("?refuse=1", 1 << 30, "")).status, 507);
  RawClient client(port_);
  EXPECT_EQ(client.ask(post("", 6, "refuse"))->status, 409);
  EXPECT_EQ(client.ask(post("", 5, "throw"))->status, 500);
  EXPECT_EQ(client.ask(post("", 3, "abc"))->body, "3");
}

TEST_F(PluginStreams, ABodyThatBreaksOffIsTold) {
  {
    RawClient client(port_);
    ASSERT_TRUE(client.send(post("", 100, "abc#")));
    EXPECT_EQ(stored("seen"), "#");
  }
  EXPECT_EQ(stored("broken"), "the client has left");
}

TEST_F(PluginStreams, AnUploadEndsWithThePlugin) {
  RawClient client(port_);
  ASSERT_TRUE(client.send(post("", 100, "abc#")));
  EXPECT_EQ(stored("seen"), "#");
  EXPECT_TRUE(host_->stop_all());
  EXPECT_TRUE(client.receive().has_value());  // an error; that of a plugin that has dropped it
}

TEST_F(PluginStreams, ASourceIsSent) {
  RawClient client(port_);
  EXPECT_EQ(client.ask(request("GET", "/streams/bytes?size=1000000&known=1"))->body.size(), 1'000'000u);
  EXPECT_EQ(stored("released"), "bytes");
  ASSERT_TRUE(client.send(request("HEAD", "/streams/bytes?size=1000000&known=1")));
  EXPECT_EQ(client.receive(true)->header("content-length"), "1000000");
  EXPECT_FALSE(client.ask(request("GET", "/streams/bytes?size=13&known=1")));  // it throws
}

TEST_F(PluginStreams, AFileIsSent) {
  const auto path = folder_.write("file", std::string(300'000, 'f'));
  RawClient client(port_);
  EXPECT_EQ(client.ask(request("GET", "/streams/file?size=300000&path=" + path))->body.size(), 300'000u);
  ASSERT_TRUE(client.send(request("HEAD", "/streams/file?size=300000&path=" + path)));
  EXPECT_EQ(client.receive(true)->header("content-length"), "300000");
  // Neither nothing nor a folder can be sent.
  EXPECT_EQ(client.ask(request("GET", "/streams/file?size=1&path=/dev/null"))->status, 500);
  EXPECT_EQ(client.ask(request("GET", "/streams/file?size=1&path=/nowhere"))->status, 500);
}

TEST_F(PluginStreams, ASourceMayGiveLater_AndLearnsThatItsClientHasLeft) {
  {
    RawClient client(port_);
    ASSERT_TRUE(client.send(request("GET", "/streams/feed")));
    feed("data: 1\n\n");
    ASSERT_TRUE(client.fill(20));
    feed("data: 2\n\n");
    std::string all;
    while (all.find("data: 2") == std::string::npos && client.fill(1)) all += client.take(1);
  }
  EXPECT_EQ(stored("released"), "feed");
}

TEST_F(PluginStreams, ASourceEndsWithThePlugin) {
  RawClient client(port_);
  ASSERT_TRUE(client.send(request("GET", "/streams/feed")));
  feed("data: 1\n\n");
  ASSERT_TRUE(client.fill(20));
  EXPECT_TRUE(host_->stop_all());
  while (client.fill(1)) client.take(1);  // to the end of the connection
}

TEST_F(PluginStreams, RoutesSayWhoMayCall) {
  for (const auto& route : router_.routes()) {
    const bool is_files = route->pattern == "/streams/bytes";
    const bool is_feed = route->pattern == "/streams/feed" && route->method == "GET";
    EXPECT_EQ(route->access, is_files  ? http::Access::kWorkspace
                             : is_feed ? http::Access::kBearer
                                       : http::Access::kSession);
    EXPECT_EQ(route->streamed, route->pattern == "/streams/count");
  }
}

}  // namespace
}  // namespace collet::plugins
