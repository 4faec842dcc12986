// What the fake host has for a plugin: stores, conversations, sockets, processes, the world outside.
#include <gmock/gmock.h>

#include <optional>
#include <string>
#include <vector>

#include "guest.hpp"

namespace collet::testing {
namespace {

using ::testing::ElementsAre;

class FakeWorldTest : public ::testing::Test {
 protected:
  FakeHost host_;
};

TEST_F(FakeWorldTest, StoreAndConversationsAreThere) {
  host_.add_conversation("c1", R"({"id":"c1"})");
  StartedGuest plugin(host_);
  EXPECT_EQ(plugin.post("/api/guest/store", "value").body,
            R"(3: an index was not declared: 3{"n":3}1{"n":1}1)");
  EXPECT_EQ(host_.stored("key"), "value");
  EXPECT_THAT(host_.records("visits"), ElementsAre(R"({"n":2})", R"({"n":3})"));
  EXPECT_EQ(plugin.post("/api/guest/say", R"({"role":"user"})").body, R"({"id":"c1"})");
  ASSERT_EQ(host_.sent_messages().size(), 1U);
  EXPECT_EQ(host_.sent_messages()[0].message, R"({"role":"user"})");
  EXPECT_THAT(host_.commands(), ::testing::ElementsAre("run c1", "pause c1"));
}

TEST_F(FakeWorldTest, SharedStoreHasRevisions) {
  host_.share("given", "before");
  StartedGuest plugin(host_);
  EXPECT_EQ(plugin.post("/api/guest/share", "value").body, "conflict key=value!");
  EXPECT_EQ(host_.shared("key"), "value!");
  EXPECT_EQ(host_.shared("given"), std::nullopt);
}

std::vector<std::string> texts(const ClientSocket& socket) {
  std::vector<std::string> all;
  for (const auto& message : socket.received()) all.push_back(message.data);
  return all;
}

TEST_F(FakeWorldTest, SocketsTalk) {
  StartedGuest plugin(host_);
  EXPECT_THAT(plugin.sockets(), ElementsAre("/sockets/guest/{name}"));
  EXPECT_THROW(plugin.connect("/sockets/none"), std::runtime_error);
  auto socket = plugin.connect("/sockets/guest/Ann?q=1");
  socket.send("one");
  socket.wait_for_messages(2);
  EXPECT_THAT(texts(socket), ElementsAre("hello Ann 1", "one"));
  socket.set_slow(true);
  socket.send("two");
  socket.set_slow(false);
  EXPECT_THAT(texts(socket), ElementsAre("hello Ann 1", "one", "drained"));
  socket.send("bye");
  EXPECT_EQ(socket.close_code(), 4000);
  EXPECT_TRUE(host_.has_logged("closed 4000"));
  EXPECT_THROW(socket.send("three"), std::logic_error);
}

TEST_F(FakeWorldTest, StopClosesSockets) {
  StartedGuest plugin(host_);
  const auto socket = plugin.connect("/sockets/guest/Bob");
  plugin.stop();
  EXPECT_EQ(socket.close_code(), 1001);
  EXPECT_TRUE(host_.has_logged("closed 1001"));
}

TEST_F(FakeWorldTest, WorldIsScripted) {
  host_.set_settings(R"({"s":1})");
  host_.add_secret("TOKEN", "hush");
  host_.add_conversation("c1");
  host_.add_event("c1", R"({"kind":"MessageEvent"})");
  std::string asked;
  host_.answer_http([&](const HttpRequest& request) {
    asked = request.method + " " + request.url;
    return HttpResult{COLLET_OK, {200, {}, "sunny"}, {}};
  });
  StartedGuest plugin(host_);
  EXPECT_EQ(plugin.get("/api/guest/world").body,
            R"({"s":1}hush1sunny{"kind":"MessageEvent"}{"kind":"ConversationErrorEvent"})");
  EXPECT_EQ(asked, "GET http://weather.example/today");
  EXPECT_EQ(host_.events("c1").size(), 2U);
}

TEST_F(FakeWorldTest, ProcessesAreRefusedUntilTheyAreAllowed) {
  {
    StartedGuest plugin(host_);
    EXPECT_EQ(plugin.post("/api/guest/run", "exit 3").status, 500);
    EXPECT_TRUE(host_.has_logged("this test allows no processes"));
  }
  host_.allow_processes();
  StartedGuest plugin(host_);
  EXPECT_EQ(plugin.post("/api/guest/run", "printf out; exit 3").body, "out3");
  EXPECT_EQ(plugin.post("/api/guest/run", "kill -9 $$").body, "-9");
}

TEST_F(FakeWorldTest, MissingFeatureIsMissing) {
  host_.leave_out(COLLET_FEATURE_STORE);
  StartedGuest plugin(host_);
  EXPECT_EQ(plugin.post("/api/guest/store", "value").status, 500);
}

}  // namespace
}  // namespace collet::testing
