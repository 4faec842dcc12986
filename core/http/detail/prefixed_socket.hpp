// A TCP socket that first yields the bytes that came in the same segment as the handshake, and that remembers
// when its peer last took any.
#pragma once
#include <utility>  // Boost 1.74 forgets it under C++20

#include <atomic>
#include <boost/asio/associated_allocator.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/beast/core/bind_handler.hpp>
#include <boost/beast/core/role.hpp>
#include <chrono>
#include <memory>
#include <string>
#include <type_traits>

namespace collet::http::detail {

/// When the peer last took bytes. Any thread.
class WriteProgress {
 public:
  using Clock = std::chrono::steady_clock;
  void touch() { at_.store(Clock::now().time_since_epoch().count(), std::memory_order_relaxed); }
  Clock::time_point last() const {
    return Clock::time_point(Clock::duration(at_.load(std::memory_order_relaxed)));
  }

 private:
  std::atomic<Clock::rep> at_{Clock::now().time_since_epoch().count()};
};

/// The next layer of Beast's WebSocket stream; one strand at a time, as Asio wants it.
class PrefixedSocket {
 public:
  using next_layer_type = boost::asio::ip::tcp::socket;
  using executor_type = next_layer_type::executor_type;

  PrefixedSocket(next_layer_type socket, std::string prefix)
      : socket_(std::move(socket)), prefix_(std::move(prefix)) {}

  executor_type get_executor() noexcept { return socket_.get_executor(); }
  next_layer_type& next_layer() noexcept { return socket_; }
  const next_layer_type& next_layer() const noexcept { return socket_; }
  std::shared_ptr<WriteProgress> progress() const { return progress_; }

  template <class Buffers, class Handler>
  void async_read_some(const Buffers& buffers, Handler&& handler) {
    if (at_ == prefix_.size()) return socket_.async_read_some(buffers, std::forward<Handler>(handler));
    const auto n =
        boost::asio::buffer_copy(buffers, boost::asio::buffer(prefix_.data() + at_, prefix_.size() - at_));
    at_ += n;
    if (at_ == prefix_.size()) {
      std::string().swap(prefix_);
      at_ = 0;
    }
    boost::asio::post(get_executor(), boost::beast::bind_front_handler(std::forward<Handler>(handler),
                                                                       boost::system::error_code(), n));
  }

  template <class Buffers, class Handler>
  void async_write_some(const Buffers& buffers, Handler&& handler) {
    socket_.async_write_some(
        buffers, Watched<std::decay_t<Handler>>{std::forward<Handler>(handler), progress_, get_executor()});
  }

 private:
  // Notes the progress, then calls the real handler, whose executor and allocator it shows.
  template <class Handler>
  struct Watched {
    using executor_type = boost::asio::associated_executor_t<Handler, PrefixedSocket::executor_type>;
    using allocator_type = boost::asio::associated_allocator_t<Handler>;
    executor_type get_executor() const noexcept {
      return boost::asio::get_associated_executor(handler, fallback);
    }
    allocator_type get_allocator() const noexcept { return boost::asio::get_associated_allocator(handler); }
    void operator()(boost::system::error_code ec, std::size_t n) {
      if (n > 0) progress->touch();
      handler(ec, n);
    }
    Handler handler;
    std::shared_ptr<WriteProgress> progress;
    PrefixedSocket::executor_type fallback;
  };

  next_layer_type socket_;
  std::string prefix_;
  std::size_t at_ = 0;
  std::shared_ptr<WriteProgress> progress_ = std::make_shared<WriteProgress>();
};

// Beast finds these by their argument: how to end the layer below. Ours only says that nothing more will be
// sent; the session reads on for a moment by itself. (Beast's own waits for the peer to hang up, on a timer
// that its close and its read operation quarrel about.)
inline void teardown(boost::beast::role_type, PrefixedSocket& socket, boost::system::error_code& ec) {
  socket.next_layer().shutdown(boost::asio::ip::tcp::socket::shutdown_send, ec);
}
template <class Handler>
void async_teardown(boost::beast::role_type, PrefixedSocket& socket, Handler&& handler) {
  boost::system::error_code ignored;
  socket.next_layer().shutdown(boost::asio::ip::tcp::socket::shutdown_send, ignored);
  boost::asio::post(socket.get_executor(), boost::beast::bind_front_handler(std::forward<Handler>(handler),
                                                                            boost::system::error_code()));
}

}  // namespace collet::http::detail
