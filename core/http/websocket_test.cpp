#include "http/websocket.hpp"

#include <sys/socket.h>

#include <condition_variable>
#include <future>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <vector>

#include "http/testing/test_server.hpp"

namespace collet::http {
namespace {

using std::chrono::milliseconds;
using testing::RawClient;
using testing::request;
using testing::SocketClient;

Frame frame(std::string text) { return std::make_shared<const std::string>(std::move(text)); }

// What the server's side saw, for the test's thread to wait on.
class Seen {
 public:
  void opened(std::shared_ptr<WebSocket> socket) {
    change([&] { socket_ = std::move(socket); });
  }
  void closed(std::uint16_t code) {
    change([&] { code_ = code; });
  }
  void drained() {
    change([&] { ++drained_; });
  }

  std::shared_ptr<WebSocket> socket() {
    wait([this] { return socket_ != nullptr; });
    const std::lock_guard lock(mutex_);
    return socket_;
  }
  bool is_open() {
    const std::lock_guard lock(mutex_);
    return socket_ != nullptr;
  }
  int close_code() {
    wait([this] { return code_ != 0; });
    const std::lock_guard lock(mutex_);
    return code_;
  }
  bool wait_for_drained() {
    return wait([this] { return drained_ > 0; });
  }

 private:
  template <class F>
  void change(F f) {
    const std::lock_guard lock(mutex_);
    f();
    changed_.notify_all();
  }
  template <class F>
  bool wait(F f) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, RawClient::kPatience, f);
  }
  std::mutex mutex_;
  std::condition_variable changed_;
  std::shared_ptr<WebSocket> socket_;
  int code_ = 0;
  int drained_ = 0;
};

class WebSocketTest : public testing::ServerTest {
 protected:
  void SetUp() override {
    socket("/sockets/{name}", [this](const std::shared_ptr<WebSocket>& opened, const Request& request) {
      opened->on_message([opened](std::string_view text) {
        if (text == "close") return opened->close(4001, "bye");
        if (text == "throw") throw std::runtime_error("inside knowledge");
        opened->send(frame("echo " + std::string(text)));
      });
      opened->on_close([this](std::uint16_t code) { seen_.closed(code); });
      opened->on_drained([this] { seen_.drained(); });
      if (request.param("name") == "greeting") opened->send(frame("hello"));
      seen_.opened(opened);
    });
    route("GET", "/health", Lane::kInline, [](const Request&) { return Response::success(); });
  }
  Seen seen_;
};

TEST_F(WebSocketTest, Echo_AndCloseWithCode) {
  start();
  SocketClient client(port_, "/sockets/greeting");
  EXPECT_EQ(client.handshake().status, 101);
  EXPECT_EQ(client.receive()->payload, "hello");
  client.send_text("a");
  EXPECT_EQ(client.receive()->payload, "echo a");
  client.send_text(std::string(900'000, 'x'));
  EXPECT_EQ(client.receive()->payload.size(), 900'005u);
  client.send_text("close");
  const auto last = client.receive();
  EXPECT_EQ(last->opcode, 8);
  EXPECT_EQ(last->code, 4001);
  EXPECT_EQ(last->payload, "bye");
}

TEST_F(WebSocketTest, Refusals_BeforeTheUpgrade) {
  start();
  const SocketClient unknown(port_, "/nope");
  EXPECT_EQ(unknown.handshake().status, 403);
  EXPECT_EQ(unknown.handshake().header("content-length"), "0");
  EXPECT_EQ(unknown.handshake().headers.count("content-type"), 0u);
  EXPECT_EQ(SocketClient(port_, "/health").handshake().status, 403);
  EXPECT_EQ(ask(request("GET", "/sockets/x")).status, 404);  // no upgrade asked for
}

TEST_F(WebSocketTest, RouteThatRefuses_IsNotOpened) {
  ASSERT_TRUE(router_
                  .add(SocketRoute{.pattern = "/picky/{id}",
                                   .owner = "core",
                                   .refuse = [](const Request& r) -> std::optional<Response> {
                                     if (r.param("id") == "good") return std::nullopt;
                                     return Response::empty(403);
                                   },
                                   .on_open = [](const std::shared_ptr<WebSocket>&, const Request&) {}})
                  .ok());
  start();
  EXPECT_EQ(SocketClient(port_, "/picky/bad").handshake().status, 403);
  EXPECT_EQ(SocketClient(port_, "/picky/good").handshake().status, 101);
}

TEST_F(WebSocketTest, Binary_WhereTheRouteTakesIt) {
  socket("/bytes", [](const std::shared_ptr<WebSocket>& opened, const Request&) {
    opened->on_message([opened](std::string_view text) { opened->send(frame(std::string(text))); });
    opened->on_binary([opened](std::string_view bytes) { opened->send_binary(frame(std::string(bytes))); });
  });
  start();
  SocketClient client(port_, "/bytes");
  client.send_frame(2, std::string("\0\xff", 2));
  auto answer = client.receive();
  EXPECT_EQ(answer->opcode, 2);
  EXPECT_EQ(answer->payload, std::string("\0\xff", 2));
  client.send_text("text");
  answer = client.receive();
  EXPECT_EQ(answer->opcode, 1);
  EXPECT_EQ(answer->payload, "text");
}

TEST_F(WebSocketTest, HeldInput_IsReadLaterInOrder) {
  std::promise<std::shared_ptr<WebSocket>> holding;
  std::vector<std::string> came;
  socket("/slow", [&](const std::shared_ptr<WebSocket>& opened, const Request&) {
    opened->hold_input();  // from on_open
    opened->on_message([&, opened](std::string_view text) {
      came.emplace_back(text);
      if (text == "2") opened->hold_input();  // from a callback
      opened->send(frame("took " + std::string(text)));
    });
    holding.set_value(opened);
  });
  start();
  SocketClient client(port_, "/slow");
  for (const char* text : {"1", "2", "3"}) client.send_text(text);
  const auto opened = holding.get_future().get();
  opened->take_input();
  EXPECT_EQ(client.receive()->payload, "took 1");
  EXPECT_EQ(client.receive()->payload, "took 2");
  opened->send(frame("still held"));
  EXPECT_EQ(client.receive()->payload, "still held");
  opened->take_input();
  EXPECT_EQ(client.receive()->payload, "took 3");
  opened->close(1000, "");
  EXPECT_EQ(client.receive()->opcode, 8);
  EXPECT_EQ(came, (std::vector<std::string>{"1", "2", "3"}));
}

TEST_F(WebSocketTest, BadFrames_CloseWithTheirCode) {
  start();
  const auto code_after = [this](int opcode, const std::string& payload) {
    SocketClient client(port_, "/sockets/x");
    client.send_frame(opcode, payload);
    return client.receive().value_or(SocketClient::Message()).code;
  };
  EXPECT_EQ(code_after(1, std::string(2'000'000, 'x')), 1009);
  EXPECT_EQ(code_after(1, "\xff\xfe"), 1007);
  EXPECT_EQ(code_after(2, "binary"), 1003);
  EXPECT_EQ(code_after(5, "reserved opcode"), 1002);
}

TEST_F(WebSocketTest, ThrowingCallback_Closes1011) {
  start();
  SocketClient client(port_, "/sockets/x");
  client.send_text("throw");
  const auto last = client.receive();
  EXPECT_EQ(last->code, 1011);
  EXPECT_EQ(last->payload.find("inside"), std::string::npos);
}

TEST_F(WebSocketTest, ClientsCloseCode_IsSeen) {
  start();
  SocketClient client(port_, "/sockets/x");
  client.send_frame(8, "\x10\x1b");  // 4123
  EXPECT_EQ(client.receive()->code, 4123);
  EXPECT_EQ(seen_.close_code(), 4123);
}

TEST_F(WebSocketTest, BrokenConnection_Is1006) {
  start();
  SocketClient client(port_, "/sockets/x");
  seen_.socket();
  client.raw().close();
  EXPECT_EQ(seen_.close_code(), 1006);
  EXPECT_FALSE(seen_.socket()->send(frame("too late")));
}

TEST_F(WebSocketTest, FramesBehindTheHandshake_AreNotLost) {
  start();
  RawClient client(port_);
  client.send(request("GET", "/health") +
              request("GET", "/sockets/x",
                      "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n") +
              std::string("\x81\x81\0\0\0\0a", 7) + std::string("\x81\x81\0\0\0\0b", 7));
  EXPECT_EQ(client.receive()->status, 200);
  EXPECT_EQ(client.receive()->status, 101);
  ASSERT_TRUE(client.fill(16));
  EXPECT_EQ(client.take(8),
            "\x81\x06"
            "echo a");
  EXPECT_EQ(client.take(8),
            "\x81\x06"
            "echo b");
}

TEST_F(WebSocketTest, SlowReader_IsRefusedThenToldThatItDrained) {
  options_.sockets.queue_bytes = 1'000'000;
  start();
  SocketClient client(port_, "/sockets/x");
  const auto socket = seen_.socket();
  const Frame big = frame(std::string(100'000, 'x'));
  int sent = 0;
  while (socket->send(big)) ++sent;
  EXPECT_LE(socket->queued_bytes(), 1'000'000u);
  EXPECT_GE(sent, 10);
  for (int i = 0; i < sent; ++i) ASSERT_EQ(client.receive()->payload.size(), 100'000u);
  ASSERT_TRUE(seen_.wait_for_drained());
  EXPECT_TRUE(socket->send(frame("again")));
  EXPECT_EQ(client.receive()->payload, "again");
}

TEST_F(WebSocketTest, Close_FlushesWhatIsQueued) {
  start();
  SocketClient client(port_, "/sockets/x");
  const auto socket = seen_.socket();
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(socket->send(frame(std::string(100'000, 'x'))));
  socket->close(1000, "done");
  EXPECT_FALSE(socket->send(frame("after")));
  for (int i = 0; i < 20; ++i) ASSERT_EQ(client.receive()->payload.size(), 100'000u);
  EXPECT_EQ(client.receive()->code, 1000);
}

TEST_F(WebSocketTest, PeerThatReadsNothing_IsDropped) {
  options_.limits.write_stall = milliseconds(100);
  options_.sockets.queue_bytes = 64'000'000;
  start();
  const SocketClient client(port_, "/sockets/x");
  const auto socket = seen_.socket();
  for (int i = 0; i < 30; ++i) socket->send(frame(std::string(1'000'000, 'x')));
  EXPECT_EQ(seen_.close_code(), 1006);
}

TEST_F(WebSocketTest, SilentPeer_IsPingedThenDropped) {
  options_.sockets.idle_time = milliseconds(200);
  start();
  SocketClient client(port_, "/sockets/x");
  EXPECT_EQ(client.receive()->opcode, 9);
  EXPECT_EQ(seen_.close_code(), 1006);  // no pong came
}

TEST_F(WebSocketTest, HeldInput_IsNotTakenForASilentPeer) {
  options_.sockets.idle_time = milliseconds(100);
  std::promise<std::shared_ptr<WebSocket>> holding;
  socket("/slow", [&](const std::shared_ptr<WebSocket>& opened, const Request&) {
    opened->on_message([opened](std::string_view text) {
      if (text == "hold") opened->hold_input();
      opened->send(frame("took " + std::string(text)));
    });
    holding.set_value(opened);
  });
  start();
  SocketClient held(port_, "/slow");
  held.send_text("hold");
  EXPECT_EQ(held.receive()->payload, "took hold");
  for (int silent = 0; silent < 3; ++silent) {
    SocketClient client(port_, "/sockets/x");
    while (client.receive()) continue;  // until it is dropped
  }
  held.send_text("next");
  const auto opened = holding.get_future().get();
  opened->take_input();
  EXPECT_EQ(held.receive()->payload, "took next");
  opened->close(1000, "");
}

TEST_F(WebSocketTest, FirstMessage_OpensTheRoute) {
  gate_.ask_first = true;
  start();
  SocketClient client(port_, "/sockets/greeting");
  EXPECT_EQ(client.handshake().status, 101);
  EXPECT_FALSE(seen_.is_open());
  client.send_text("let me in");
  EXPECT_EQ(client.receive()->payload, "hello");
  client.send_text("swallow this");
  client.send_text("a");
  EXPECT_EQ(client.receive()->payload, "echo a");
}

TEST_F(WebSocketTest, WrongFirstMessage_Closes4001AndTheRouteSeesNothing) {
  gate_.ask_first = true;
  start();
  SocketClient client(port_, "/sockets/x");
  client.send_text("garbage");
  const auto last = client.receive();
  EXPECT_EQ(last->code, 4001);
  EXPECT_EQ(last->payload, "Authentication failed");
  EXPECT_FALSE(seen_.is_open());
}

TEST_F(WebSocketTest, NoFirstMessage_Closes4001) {
  gate_.ask_first = true;
  options_.sockets.first_message_time = milliseconds(50);
  start();
  SocketClient client(port_, "/sockets/x");
  EXPECT_EQ(client.receive()->code, 4001);
  EXPECT_FALSE(seen_.is_open());
}

TEST_F(WebSocketTest, Drain_Closes1001) {
  start();
  SocketClient client(port_, "/sockets/x");
  seen_.socket();
  std::thread drain([this] { server_->drain(std::chrono::seconds(10)); });
  EXPECT_EQ(client.receive()->code, 1001);
  client.send_frame(8, "\x03\xe9");
  drain.join();
  EXPECT_EQ(seen_.close_code(), 1001);
  EXPECT_FALSE(seen_.socket()->send(frame("x")));  // the object may outlive all that
}

TEST_F(WebSocketTest, ManySendersAndClosers_DoNotCollide) {
  start();
  for (int round = 0; round < 20; ++round) {
    SocketClient client(port_, "/sockets/x");
    client.send_text("ping");
    const auto socket = seen_.socket();
    std::vector<std::thread> threads;
    threads.reserve(3);
    for (int t = 0; t < 3; ++t)
      threads.emplace_back([&socket] {
        for (int i = 0; i < 50; ++i) socket->send(frame("message"));
      });
    threads.emplace_back([&socket] { socket->close(1000, ""); });
    for (auto& thread : threads) thread.join();
  }
}

}  // namespace
}  // namespace collet::http
