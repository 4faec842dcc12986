// Sockets of plugins, over real connections.
#include "plugins/socket_feature.hpp"

#include <gmock/gmock.h>

#include "plugins/testing/served_host.hpp"
#include "storage/plugin_store.hpp"

namespace collet::plugins {
namespace {

using http::testing::SocketClient;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class PluginSockets : public ServedHost {
 protected:
  void serve(bool started = true) { ServedHost::serve("sockets", started); }
  std::string stored(const std::string& key) {
    auto store = storage::PluginStore::open(folder_ / "state", "sockets");
    EXPECT_TRUE(store.ok()) << store.error().message;
    const auto value = (*store)->get(key);
    return value ? *value : "";
  }
  // Stops the plugin, so that its store may be opened.
  void stop() {
    server_->drain(std::chrono::milliseconds(1000));
    drop_host();
    server_.reset();
  }
};

TEST_F(PluginSockets, Session_OpensTalksAndCloses) {
  serve();
  EXPECT_THAT(status("sockets").sockets, ElementsAre("/sockets/room/{name}", "/sockets/plain"));
  SocketClient ann(port_, "/sockets/room/a%20b?mode=loud&session_api_key=any");
  EXPECT_EQ(ann.handshake().status, 101);
  EXPECT_EQ(ann.receive()->payload, "welcome to a b loud");
  SocketClient bob(port_, "/sockets/room/x");
  EXPECT_EQ(bob.receive()->payload, "welcome to x none");
  bob.send_text("hello");
  EXPECT_EQ(ann.receive()->payload, "hello");
  EXPECT_EQ(bob.receive()->payload, "hello");
  EXPECT_EQ(bob.receive()->payload, "qq");
  bob.send_frame(2, std::string("\0ab", 3));
  const auto binary = bob.receive();
  EXPECT_EQ(binary->opcode, 2);
  EXPECT_EQ(binary->payload, std::string("ba\0", 3));
  bob.send_text("leave");
  const auto last = bob.receive();
  EXPECT_EQ(last->opcode, 8);
  EXPECT_EQ(last->code, 1000);
  EXPECT_EQ(last->payload, "bye");
  bob.send_frame(8, "\x03\xe8");
  while (call("GET", "/api/room/members").body != "1") std::this_thread::yield();
  stop();
  EXPECT_EQ(stored("late"), "refused");
}

TEST_F(PluginSockets, Messages_ComeInOrderAndNoneIsLost) {
  serve();
  SocketClient client(port_, "/sockets/room/x");
  client.receive();
  for (int i = 0; i < 500; ++i) client.send_text(std::to_string(i));
  for (int i = 0; i < 500; ++i) {
    ASSERT_EQ(client.receive()->payload, std::to_string(i));
    ASSERT_EQ(client.receive()->payload, "q");
  }
}

TEST_F(PluginSockets, SlowReader_IsFullThenDrained) {
  options_.sockets.queue_bytes = 1'000'000;
  serve();
  SocketClient client(port_, "/sockets/room/x");
  EXPECT_EQ(client.receive()->payload, "welcome to x none");
  client.send_text("fill");  // more than the kernel's buffers take
  while (call("GET", "/api/room/full").body != "true") std::this_thread::yield();
  int big = 0;
  std::string text;
  for (auto message = client.receive(); message && text.empty(); message = client.receive()) {
    message->payload.size() == 100'000 ? void(++big) : void(text = message->payload);
    if (!text.empty()) break;
  }
  EXPECT_EQ(text, "drained");
  stop();
  EXPECT_EQ(stored("filled"), std::to_string(big));
  EXPECT_EQ(stored("queued"), "bounded");
}

TEST_F(PluginSockets, WrongUse_IsAnswered) {
  serve();
  SocketClient client(port_, "/sockets/room/x");
  client.receive();
  client.send_text("bad text");
  EXPECT_EQ(client.receive()->payload, "invalid");
  client.send_text("bad code");
  EXPECT_EQ(client.receive()->payload, "invalid");
}

TEST_F(PluginSockets, ClosingAndThrowingHandlers_EndTheSession) {
  serve();
  SocketClient refused(port_, "/sockets/room/private");
  EXPECT_EQ(refused.receive()->code, 4003);
  SocketClient client(port_, "/sockets/room/x");
  client.receive();
  client.send_text("throw");
  const auto last = client.receive();
  EXPECT_EQ(last->code, 1011);
  EXPECT_EQ(last->payload, "Internal error");
  SocketClient text_only(port_, "/sockets/plain");
  text_only.receive();
  text_only.send_frame(2, "x");
  EXPECT_EQ(text_only.receive()->code, 1003);
}

TEST_F(PluginSockets, UpgradeIsRefused_ByQueryAndState) {
  serve(false);
  EXPECT_EQ(SocketClient(port_, "/sockets/room/x").handshake().status, 503);
  EXPECT_EQ(SocketClient(port_, "/sockets/room/x?mode=bogus").handshake().status, 403);
  host_->start_all();
  EXPECT_EQ(SocketClient(port_, "/sockets/room/x?mode=bogus").handshake().status, 403);
  EXPECT_EQ(SocketClient(port_, "/sockets/room/x?mode=loud&mode=bogus").handshake().status, 403);
  EXPECT_EQ(SocketClient(port_, "/sockets/room/x?mode=quiet").handshake().status, 101);
}

TEST_F(PluginSockets, Stop_ClosesAndTells) {
  serve();
  SocketClient client(port_, "/sockets/room/x");
  client.receive();
  client.raw().close();  // the connection breaks
  while (call("GET", "/api/room/members").body != "0") std::this_thread::yield();
  SocketClient open(port_, "/sockets/room/x");
  open.receive();
  std::thread stopping([&] { EXPECT_TRUE(host_->stop_all()); });
  const auto last = open.receive();
  EXPECT_EQ(last->code, 1001);
  open.send_frame(8, "\x03\xe9");
  stopping.join();
  host_.reset();
  EXPECT_EQ(stored("closed"), "1001");
}

}  // namespace
}  // namespace collet::plugins
