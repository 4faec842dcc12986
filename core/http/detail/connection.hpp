// One HTTP connection: feeds the reader, has requests judged and run, writes the answers in order.
#pragma once
#include "http/detail/core.hpp"  // first: it puts <utility> before Asio

#include <pistache/peer.h>

#include <boost/asio/posix/stream_descriptor.hpp>
#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "base/unique_fd.hpp"
#include "http/detail/input_buffer.hpp"
#include "http/detail/pistache_worker.hpp"
#include "http/detail/request_reader.hpp"

namespace collet::http::detail {

/// Requests are parsed on the connection's worker only; answers come from any thread. A duplicate of the
/// peer's descriptor is ours, so that its number can't be reused under us.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  using Clock = std::chrono::steady_clock;

  Connection(std::shared_ptr<Core> core, PistacheWorker* worker,
             std::weak_ptr<Pistache::Tcp::Peer> pistache_peer, UniqueFd fd, Peer peer,
             Admission::Ticket ticket);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // On the worker's thread.
  void feed(std::string_view bytes);
  void end_of_input();

  // Any thread.
  /// Closes what took too long; while draining also what is idle.
  void sweep(Clock::time_point now);
  /// Closes at once; the worker then sees the end of input.
  void kill();
  /// As kill(), and never uses the worker again.
  void detach();

 private:
  enum class State { kReading, kBusy, kTaken, kClosing };
  using Lock = std::unique_lock<std::mutex>;

  // Input, under the lock, on the worker's thread.
  void drive(Lock& lock);
  bool advance(Lock& lock);
  void judge(Lock& lock);
  bool prepare_body();
  void dispatch(Lock& lock);
  void hand_over(const SocketRoute& route, bool ask_first_message);
  void take_over(PistacheWorker& worker, const SocketRoute& route, bool ask_first_message);

  // Answers and output, under the lock.
  void answer(Response response);
  void respond(Response response, Lock& lock);
  void refuse(const Response& response, Lock& lock);
  void push(std::string bytes, Lock& lock);
  void flush(Lock& lock);
  void wait_writable();
  void finished(Lock& lock);
  void abandon();
  ssize_t write_some(std::string_view bytes) const;
  void arm(std::chrono::milliseconds patience) { deadline_ = Clock::now() + patience; }
  /// Tells log and observer how a request was answered.
  void note(int status, std::string_view pattern) const;

  const std::shared_ptr<Core> core_;  // first: it has to outlive all that follows
  PistacheWorker* worker_;
  const std::weak_ptr<Pistache::Tcp::Peer> pistache_peer_;
  const Peer peer_;

  std::mutex mutex_;
  std::optional<Admission::Ticket> ticket_;
  UniqueFd fd_;
  State state_ = State::kReading;
  Clock::time_point deadline_;
  bool driving_ = false, input_ended_ = false, dead_ = false;
  InputBuffer input_;
  std::optional<RequestReader> reader_;

  // The request that is being read or answered.
  const Route* route_ = nullptr;
  std::optional<Response> early_answer_;  // decided by the head; sent when the body has been skipped
  std::string request_id_, method_, request_line_;
  Clock::time_point judged_;
  Pairs more_headers_;  // of its answer
  unsigned version_ = 11;
  bool keep_alive_ = false, head_only_ = false;

  std::string output_;
  std::size_t written_ = 0;
  bool waiting_writable_ = false;
  std::optional<boost::asio::posix::stream_descriptor> writable_;  // watches a duplicate
};

}  // namespace collet::http::detail
