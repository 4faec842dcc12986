// For tests: a TCP client that says exactly what it is told to, and a WebSocket client on top of it.
#pragma once
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "collet/unique_fd.hpp"

namespace collet::http::testing {

/// One answer as it came over the wire.
struct Answer {
  int status = 0;
  std::map<std::string, std::string> headers;  ///< names in lower case
  std::string body;
  std::string header(const std::string& name) const;
};

/// All calls give up after kPatience; a test that waits for nothing fails instead of hanging.
class RawClient {
 public:
  static constexpr std::chrono::seconds kPatience{10};

  /// Connects to 127.0.0.1; `source` is the address it comes from.
  explicit RawClient(std::uint16_t port, const std::string& source = "127.0.0.1");

  bool connected() const { return connected_; }
  int fd() const { return fd_.get(); }
  /// False: the server has closed the connection.
  bool send(std::string_view bytes);
  void half_close();
  void close() { fd_.reset(); }
  /// Reads until `n` bytes are there (true), or the connection has ended (false).
  bool fill(std::size_t n);
  /// One answer; nothing when the connection ends first. To a HEAD request there is no body.
  std::optional<Answer> receive(bool head_only = false);
  /// Sends, and receives one answer.
  std::optional<Answer> ask(std::string_view request);
  /// Waits for the server to close the connection. False: it is open still, or sent something.
  bool closed_by_server();
  std::string take(std::size_t n);

 private:
  bool read_more();
  UniqueFd fd_;
  bool connected_ = false;
  std::string input_;
};

/// The request line and head of a plain request to localhost; `fields` are whole lines with their CRLF.
std::string request(std::string_view method, std::string_view target, std::string_view fields = "",
                    std::string_view body = "");

class SocketClient {
 public:
  struct Message {
    int opcode = 0;       ///< 1 text, 8 close, 9 ping, 10 pong
    std::string payload;  ///< of a close frame: the reason
    std::uint16_t code = 0;
  };

  /// Connects and asks for the upgrade; `handshake()` is the answer, 101 when it worked.
  SocketClient(std::uint16_t port, std::string_view target, std::string_view fields = "");

  const Answer& handshake() const { return handshake_; }
  void send_text(std::string_view text) { send_frame(1, text); }
  void send_frame(int opcode, std::string_view payload);
  /// The next frame; nothing when the connection ended.
  std::optional<Message> receive();
  RawClient& raw() { return client_; }

 private:
  RawClient client_;
  Answer handshake_;
};

}  // namespace collet::http::testing
