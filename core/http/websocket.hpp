// One WebSocket as handlers see it. All methods may be called from any thread and never block.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace collet::http {

using Frame = std::shared_ptr<const std::string>;  ///< one message, shared by all who send it

class WebSocket {
 public:
  virtual ~WebSocket() = default;

  /// Queues one text message. False: closed, or the queue holds more than its byte budget already (the
  /// message was not queued; wait for on_drained and read again from the log).
  virtual bool send(Frame frame) = 0;
  /// The same with a binary message.
  virtual bool send_binary(Frame frame) = 0;
  /// Bytes queued and not yet written to the socket.
  virtual std::size_t queued_bytes() const = 0;
  /// The byte budget.
  virtual std::size_t queue_limit() const = 0;
  /// Sends what is queued, then a close frame.
  virtual void close(std::uint16_t code, std::string reason) = 0;

  /// Reads no more until take_input(), so that who sends too much has to wait. From a callback, or from
  /// on_open. The end of the connection, too, is seen only afterwards.
  virtual void hold_input() = 0;
  virtual void take_input() = 0;

  /// The callbacks run on the socket's own strand, one at a time. Set them before returning from on_open.
  /// They are dropped after on_close, so they may hold the socket.
  virtual void on_message(std::function<void(std::string_view text)> callback) = 0;
  /// Without it a binary message closes the socket with 1003.
  virtual void on_binary(std::function<void(std::string_view bytes)> callback) = 0;
  /// Exactly once; `code` is the peer's close code, 1006 when the connection broke.
  virtual void on_close(std::function<void(std::uint16_t code)> callback) = 0;
  /// Each time the queue has fallen below half of its budget after a send was refused.
  virtual void on_drained(std::function<void()> callback) = 0;
};

}  // namespace collet::http
