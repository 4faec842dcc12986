// One WebSocket on a socket taken over from a Connection.
#pragma once
#include "http/detail/core.hpp"  // first: it puts <utility> before Asio

#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket/stream.hpp>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "collet/unique_fd.hpp"
#include "http/detail/prefixed_socket.hpp"
#include "http/detail/request_reader.hpp"
#include "http/websocket.hpp"

namespace collet::http::detail {

/// The socket, with everything that was read behind the head of its upgrade request.
struct SocketHandover {
  UniqueFd fd;
  Admission::Ticket ticket;
  RequestReader::Head head;
  Request request;
  std::string unread;
  const SocketRoute* route = nullptr;
  bool ask_first_message = false;
};

/// Keeps itself alive while an operation runs on it. The route sees it once it is open and, where that was
/// asked for, authenticated.
class WebSocketSession final : public WebSocket, public std::enable_shared_from_this<WebSocketSession> {
  struct Private {};  // only start() can make one, and make_shared still can

 public:
  using Clock = std::chrono::steady_clock;

  /// Any thread. A socket that can't be taken over is closed.
  static void start(const std::shared_ptr<Core>& core, SocketHandover handover);
  WebSocketSession(Private, std::shared_ptr<Core> core, boost::asio::ip::tcp::socket socket,
                   SocketHandover handover);
  ~WebSocketSession() override;
  WebSocketSession(const WebSocketSession&) = delete;
  WebSocketSession& operator=(const WebSocketSession&) = delete;

  bool send(Frame frame) override { return queue({std::move(frame), false}); }
  bool send_binary(Frame frame) override { return queue({std::move(frame), true}); }
  std::size_t queued_bytes() const override;
  std::size_t queue_limit() const override;
  void close(std::uint16_t code, std::string reason) override;
  void hold_input() override { held_ = true; }
  void take_input() override;
  void on_message(std::function<void(std::string_view text)> callback) override {
    message_ = std::move(callback);
  }
  void on_binary(std::function<void(std::string_view bytes)> callback) override {
    binary_ = std::move(callback);
  }
  void on_close(std::function<void(std::uint16_t code)> callback) override { closed_ = std::move(callback); }
  void on_drained(std::function<void()> callback) override { drained_ = std::move(callback); }

  /// Drops it when its peer has taken nothing for too long. Any thread.
  void sweep(Clock::time_point now);
  /// Closes the connection without a close frame. Any thread.
  void drop();

 private:
  using Stream = boost::beast::websocket::stream<PrefixedSocket>;
  using Error = boost::system::error_code;
  struct Message {
    Frame frame;
    bool binary;
  };
  struct Close {
    std::uint16_t code;
    std::string reason;
  };

  bool queue(Message message);

  // On the strand.
  void configure();
  void limit_idle_time(bool limited);
  void name_answer();
  void accept();
  void wait_for_first_message();
  void open();
  void read_on();
  void read();
  void received();
  void write();
  void wrote(Error error);
  void send_close();
  void refuse_bad_close();
  void finish(Error error);
  void linger();
  void discard();
  template <class Call>
  void guarded(const char* what, Call call);

  const std::shared_ptr<Core> core_;  // first: it has to outlive all that follows
  std::optional<Admission::Ticket> ticket_;
  const SocketRoute& route_;
  RequestReader::Head head_;
  Request request_;
  const std::string request_id_;
  Stream stream_;
  std::shared_ptr<WriteProgress> progress_;
  boost::asio::steady_timer timer_;  // for the first message, then for lingering
  boost::beast::flat_buffer input_;
  std::vector<char> discarded_;  // while lingering
  bool awaits_first_message_;
  bool accepted_ = false, route_knows_ = false, finished_ = false, close_sent_ = false;
  bool held_ = false, reading_ = false;
  std::function<void(std::string_view)> message_, binary_;
  std::function<void(std::uint16_t)> closed_;
  std::function<void()> drained_;

  mutable std::mutex mutex_;
  std::deque<Message> queue_;  // the front one is being written
  std::size_t queued_ = 0;     // bytes in the queue
  bool stopped_ = false;       // nothing more is taken
  bool refused_ = false;       // someone waits for on_drained
  std::optional<Close> close_;
};

}  // namespace collet::http::detail
