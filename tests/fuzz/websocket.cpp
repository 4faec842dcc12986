// What a peer sends on a WebSocket, through the real server on a real socket: it stays up, passes on only
// whole and clean texts, and closes the connection when the peer has ended.
#include <memory>
#include <string>

#include "check.hpp"
#include "http/http_server.hpp"
#include "http/percent.hpp"
#include "http/router.hpp"
#include "http/testing/open_gate.hpp"
#include "http/testing/raw_client.hpp"
#include "http/websocket.hpp"

namespace collet::fuzz {
namespace {

using http::testing::RawClient;

constexpr std::size_t kMessageBytes = 1024;

struct Running {
  Running() {
    http::SocketRoute socket;
    socket.pattern = "/echo";
    socket.owner = "core";
    socket.on_open = [](const std::shared_ptr<http::WebSocket>& peer, const http::Request&) {
      peer->on_message([weak = std::weak_ptr(peer)](std::string_view text) {
        FUZZ_CHECK(text.size() <= kMessageBytes && http::is_utf8(text));
        if (const auto open = weak.lock()) open->send(std::make_shared<const std::string>(text));
      });
    };
    FUZZ_CHECK(router.add(std::move(socket)).ok());
    http::Route health;
    health.method = "GET";
    health.pattern = "/health";
    health.owner = "core";
    health.lane = http::Lane::kInline;
    health.handler = http::answering([](const http::Request&) { return http::Response::json("{}"); });
    FUZZ_CHECK(router.add(std::move(health)).ok());
    http::HttpServer::Options options;
    options.port = 0;
    options.io_threads = 1;
    options.worker_threads = 1;
    options.sockets.message_bytes = kMessageBytes;
    server = std::make_unique<http::HttpServer>(options, router, gate);
    const auto bound = server->bind();
    FUZZ_CHECK(bound.ok() && server->start().ok());
    port = *bound;
  }

  http::Router router;
  http::testing::OpenGate gate;
  std::unique_ptr<http::HttpServer> server;
  std::uint16_t port = 0;
};

// A masked frame as a client sends it. `head`: FIN and opcode as they stand on the wire.
void append_frame(std::string& out, std::uint8_t head, std::string_view payload) {
  out += static_cast<char>(head);
  if (payload.size() < 126) {
    out += static_cast<char>(0x80 | payload.size());
  } else {
    out += static_cast<char>(0x80 | 126);
    out += static_cast<char>(payload.size() >> 8);
    out += static_cast<char>(payload.size() & 0xff);
  }
  out.append(4, '\0');  // a mask that changes nothing
  out += payload;
}

// The input as frames: a head, a length, so many bytes; and again.
std::string as_frames(std::string_view input) {
  std::string out;
  while (!input.empty()) {
    const auto head = take_byte(input);
    const auto payload = input.substr(0, std::size_t{take_byte(input)} * (head % 2 == 0 ? 1 : 5));
    input.remove_prefix(payload.size());
    append_frame(out, head, payload);
  }
  return out;
}

}  // namespace
}  // namespace collet::fuzz

// The first byte chooses: raw bytes, or frames; and with the upgrade request, or behind its answer.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace collet::fuzz;
  static auto& running = *new Running;  // its threads end with the process
  std::string_view input = as_text(data, size);
  const auto choice = take_byte(input);
  const std::string bytes = choice % 2 == 0 ? std::string(input) : as_frames(input);
  RawClient client(running.port);
  FUZZ_CHECK(client.connected());
  const std::string upgrade = collet::http::testing::request(
      "GET", "/echo",
      "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n");
  if (choice % 4 < 2) {
    client.send(upgrade + bytes);
    FUZZ_CHECK(client.receive(true).has_value());
  } else {
    const auto shaken = client.ask(upgrade);
    FUZZ_CHECK(shaken && shaken->status == 101);
    client.send(bytes);
  }
  client.half_close();
  while (client.fill(1)) client.take(1);
  RawClient other(running.port);
  const auto alive = other.ask(collet::http::testing::request("GET", "/health"));
  FUZZ_CHECK(alive && alive->status == 200);
  return 0;
}
