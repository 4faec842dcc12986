// The client's end of a plugin's WebSocket, for unit tests: made by PluginUnderTest::connect.
#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string_view>
#include <vector>

#include "collet/abi/sockets.h"
#include "collet/testing/detail/fake_sessions.hpp"

namespace collet::testing {

/// Good until the plugin is stopped. Thread: the test's; the plugin is called on it, one call at a time.
class ClientSocket {
 public:
  ClientSocket(detail::FakeSessions& sessions, const collet_sockets& table, collet_plugin* plugin,
               std::uint32_t endpoint, collet_handle handle, std::chrono::milliseconds deadline)
      : sessions_(sessions),
        table_(table),
        plugin_(plugin),
        endpoint_(endpoint),
        handle_(handle),
        deadline_(deadline) {}

  /// A message to the plugin; returns when the plugin has taken it.
  void send(std::string_view text) { send(text, 0); }
  void send_binary(std::string_view bytes) { send(bytes, 1); }
  /// The client goes.
  void close(int code = 1000) {
    sessions_.close(handle_, code);
    tell_end();
  }
  /// While it is slow, what the plugin sends is refused; when it no longer is, the plugin is told (drained).
  void set_slow(bool slow) {
    sessions_.set_slow(handle_, slow);
    if (!slow) table_.drained(plugin_, endpoint_, handle_);
  }

  /// What the plugin has sent so far.
  std::vector<SocketMessage> received() const { return sessions_.messages(handle_); }
  /// Throws std::runtime_error when they do not come in time.
  void wait_for_messages(std::size_t count = 1) const {
    if (!sessions_.wait_messages(handle_, count, deadline_))
      throw std::runtime_error("the plugin has not sent so many messages");
  }
  /// The code of the plugin's or the client's close; nothing while it is open.
  std::optional<int> close_code() const { return sessions_.close_code(handle_); }

 private:
  void send(std::string_view data, std::int32_t binary) {
    if (close_code()) throw std::logic_error("the socket is closed");
    table_.message(plugin_, endpoint_, handle_, binary, collet::detail::to_str(data));
    tell_end();
  }
  void tell_end() {
    if (sessions_.take_end(handle_)) table_.closed(plugin_, endpoint_, handle_, *close_code());
  }

  detail::FakeSessions& sessions_;
  const collet_sockets& table_;
  collet_plugin* plugin_;
  std::uint32_t endpoint_;
  collet_handle handle_;
  std::chrono::milliseconds deadline_;
};

}  // namespace collet::testing
