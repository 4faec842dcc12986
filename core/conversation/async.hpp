// The few pieces that let coroutines wait for the rest of the program. Everything here belongs to one strand:
// only Arrival::deliver and what Arrival::sender gives may be called from elsewhere.
#pragma once
#include <utility>  // Boost 1.74 forgets it under C++20

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <deque>
#include <memory>
#include <optional>

namespace collet::conversation {

namespace asio = boost::asio;
using Strand = asio::strand<asio::io_context::executor_type>;

/// One value that comes from another thread, or a cancellation. Waited for by one coroutine.
template <class T>
class Arrival : public std::enable_shared_from_this<Arrival<T>> {
 public:
  explicit Arrival(const Strand& strand)
      : strand_(strand), signal_(strand, asio::steady_timer::time_point::max()) {}

  /// Any thread; the first delivery or cancellation counts.
  void deliver(T value) {
    asio::post(strand_, [self = this->shared_from_this(), value = std::move(value)]() mutable {
      if (std::exchange(self->settled_, true)) return;
      self->value_ = std::move(value);
      self->signal_.cancel();
    });
  }
  /// To be given away: delivers as long as somebody waits. It may be kept, and destroyed, when the strand is
  /// gone.
  auto sender() {
    return [arrival = this->weak_from_this()](T value) {
      if (const auto self = arrival.lock()) self->deliver(std::move(value));
    };
  }
  /// On the strand.
  void cancel() {
    if (std::exchange(settled_, true)) return;
    signal_.cancel();
  }
  /// On the strand. Nothing: cancelled.
  asio::awaitable<std::optional<T>> wait() {
    const auto self = this->shared_from_this();
    if (!settled_) {
      boost::system::error_code ignored;
      co_await signal_.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    }
    co_return std::move(value_);
  }

 private:
  Strand strand_;
  asio::steady_timer signal_;
  bool settled_ = false;
  std::optional<T> value_;
};

/// Lets one coroutine of a strand at a time through, in the order they came.
class AsyncMutex {
 public:
  explicit AsyncMutex(const Strand& strand) : strand_(strand) {}

  asio::awaitable<void> lock() {
    if (!std::exchange(locked_, true)) co_return;
    auto turn = std::make_shared<asio::steady_timer>(strand_, asio::steady_timer::time_point::max());
    waiting_.push_back(turn);
    boost::system::error_code ignored;
    co_await turn->async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  }
  void unlock() {
    if (waiting_.empty()) {
      locked_ = false;
      return;
    }
    const auto next = std::move(waiting_.front());
    waiting_.pop_front();
    next->cancel();
  }

 private:
  Strand strand_;
  bool locked_ = false;
  std::deque<std::shared_ptr<asio::steady_timer>> waiting_;
};

}  // namespace collet::conversation
