// The opening of WebSockets, and what peers may send before and at their end.
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "http/testing/note.hpp"
#include "http/testing/test_server.hpp"
#include "http/websocket.hpp"

namespace collet::http {
namespace {

using testing::Answer;
using testing::Note;
using testing::RawClient;
using testing::request;
using testing::SocketClient;

constexpr const char* kKey = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
constexpr const char* kVersion = "Sec-WebSocket-Version: 13\r\n";

class SocketHandshakeTest : public testing::ServerTest {
 protected:
  void SetUp() override {
    socket("/echo", [this](const std::shared_ptr<WebSocket>& opened, const Request&) {
      opened->on_message([opened](std::string_view text) {
        opened->send(std::make_shared<const std::string>(std::to_string(text.size())));
      });
      opened->on_close([this](std::uint16_t code) { closed_.set(std::to_string(code)); });
    });
  }
  Answer shake(const std::string& fields) const {
    return ask(request("GET", "/echo", "Connection: Upgrade\r\nUpgrade: websocket\r\n" + fields));
  }
  Note closed_;
};

TEST_F(SocketHandshakeTest, GoodOne_IsNamed) {
  start();
  const auto answer = shake(std::string(kKey) + kVersion + "X-Request-ID: mine\r\n");
  EXPECT_EQ(answer.status, 101);
  EXPECT_EQ(answer.header("sec-websocket-accept"), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
  EXPECT_EQ(answer.header("x-request-id"), "mine");
  EXPECT_EQ(answer.header("server"), "collet");
}

TEST_F(SocketHandshakeTest, BadOne_IsRefusedLikeOtherRequests) {
  start();
  for (const auto& fields : {std::string(kVersion), kVersion + std::string("Sec-WebSocket-Key: abc\r\n"),
                             kVersion + std::string("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=!\r\n"),
                             kVersion + std::string("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZ(==\r\n"),
                             kVersion + std::string("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZWFhYWFh\r\n")}) {
    const auto answer = shake(fields);
    EXPECT_EQ(answer.status, 400) << fields;
    EXPECT_EQ(answer.body.rfind(R"({"detail":")", 0), 0u) << answer.body;
    EXPECT_EQ(answer.header("x-request-id").size(), 32u);
    EXPECT_EQ(answer.header("server"), "");
  }
  for (const auto& fields : {std::string(kKey), kKey + std::string("Sec-WebSocket-Version: 12\r\n")}) {
    const auto answer = shake(fields);
    EXPECT_EQ(answer.status, 426);
    EXPECT_EQ(answer.header("sec-websocket-version"), "13");
    EXPECT_EQ(answer.header("content-type"), "application/json");
    EXPECT_EQ(answer.header("x-request-id").size(), 32u);
  }
}

TEST_F(SocketHandshakeTest, LongFirstMessage_IsNotTaken) {
  gate_.ask_first = true;
  start();
  // The frame's head is enough: nothing of a message of 8 KiB and a byte is waited for.
  SocketClient stranger(port_, "/echo");
  ASSERT_TRUE(stranger.raw().send(std::string("\x81\xfe\x20\x01\0\0\0\0", 8)));
  EXPECT_EQ(stranger.receive()->code, 1009);
  SocketClient friendly(port_, "/echo");
  friendly.send_text("let me in");
  friendly.send_text(std::string(100'000, 'x'));
  EXPECT_EQ(friendly.receive()->payload, "100000");
}

TEST_F(SocketHandshakeTest, CloseCodesThatAreNone_AreNotEchoed) {
  start();
  for (const std::string code : {"\x13\x88", "\xff\xff"}) {  // 5000, 65535
    SocketClient client(port_, "/echo");
    client.send_text("a");
    client.send_frame(8, code);
    EXPECT_EQ(client.receive()->payload, "1");
    EXPECT_EQ(client.receive()->code, 1002);
    EXPECT_EQ(closed_.wait(), "1002");
    EXPECT_TRUE(client.raw().closed_by_server());
  }
  SocketClient client(port_, "/echo");
  client.send_frame(8, "\x13\x87");
  EXPECT_EQ(client.receive()->code, 4999);
}

}  // namespace
}  // namespace collet::http
