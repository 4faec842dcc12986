// For tests: a TCP server on 127.0.0.1 that answers each request with what a script says, byte for byte.
#pragma once
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "collet/unique_fd.hpp"

namespace collet::outbound::testing {

/// One connection, as the script sees it. Used on the connection's own thread.
class PeerConnection {
 public:
  explicit PeerConnection(int fd) : fd_(fd) {}
  /// False: the other side is gone.
  bool send(std::string_view bytes) const;
  /// Waits until the other side closes.
  void wait_for_end() const;

 private:
  int fd_;
};

/// "HTTP/1.1 200 OK" with a length and "Connection: close"; `fields` are whole lines with their CRLF.
std::string answer(int status, std::string_view body, std::string_view fields = "");

class ScriptedPeer {
 public:
  /// Called with the whole request (head and body); the connection is closed when it returns.
  using Script = std::function<void(const std::string& request, const PeerConnection& connection)>;
  explicit ScriptedPeer(Script script);
  ~ScriptedPeer();
  ScriptedPeer(const ScriptedPeer&) = delete;
  ScriptedPeer& operator=(const ScriptedPeer&) = delete;

  std::uint16_t port() const { return port_; }
  /// "http://127.0.0.1:port" and `path`.
  std::string url(std::string_view path = "/") const;
  /// What was asked so far.
  std::vector<std::string> requests() const;

 private:
  void accept_all();
  void serve(int fd);

  Script script_;
  UniqueFd listener_;
  std::uint16_t port_ = 0;
  mutable std::mutex mutex_;  // guards what follows
  std::vector<std::string> requests_;
  std::vector<int> open_;
  std::vector<std::thread> servers_;
  std::thread acceptor_;
};

}  // namespace collet::outbound::testing
