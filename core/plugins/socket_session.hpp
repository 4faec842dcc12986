// One WebSocket of a plugin's endpoint, from its opening until the plugin was told of its end.
#pragma once
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "collet/abi/sockets.h"
#include "http/message.hpp"
#include "http/websocket.hpp"

namespace collet::plugins {

class Guest;

/// Makes the plugin's calls one after the other, on the plugin's queue, where it waits at most once. Nothing
/// more is read from the client until the plugin has dealt with a message. All methods may be called from any
/// thread.
class SocketSession : public std::enable_shared_from_this<SocketSession> {
 public:
  SocketSession(Guest& guest, const collet_sockets& table, std::uint32_t endpoint,
                std::shared_ptr<http::WebSocket> socket, http::Request request);

  /// Once, in the route's on_open.
  void begin(bool takes_binary);

  /// COLLET_UNAVAILABLE: full, COLLET_NOT_FOUND: closed or closing.
  collet_status send(http::Frame frame, bool binary);
  collet_status close(std::uint16_t code, std::string reason);
  bool is_open() const;
  const http::WebSocket& socket() const { return *socket_; }

 private:
  struct Message {
    std::string data;
    bool binary = false;
  };

  void receive(std::string_view data, bool binary);
  void wake();
  void work();
  void call();
  bool has_work() const;
  void enter_open(const http::Request& request);
  void enter_message(const Message& message);
  template <class F>
  void enter(const char* what, F f);
  void release();

  Guest& guest_;
  const collet_sockets& table_;
  const std::uint32_t endpoint_;
  const std::shared_ptr<http::WebSocket> socket_;
  std::uint64_t handle_ = 0;

  mutable std::mutex mutex_;              // guards what follows
  std::optional<http::Request> request_;  // until the plugin knows the session
  std::optional<Message> message_;
  std::optional<std::uint16_t> code_;  // the socket has ended
  bool drained_ = false;
  bool closing_ = false;   // no more is sent or taken
  bool released_ = false;  // the plugin is done with it
  bool queued_ = false;    // a task of ours waits or runs
};

}  // namespace collet::plugins
