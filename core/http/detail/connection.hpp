// One HTTP connection: feeds the reader, has requests judged and run, hands over their bodies, writes the
// answers in order.
#pragma once
#include "http/detail/core.hpp"  // first: it puts <utility> before Asio

#include <pistache/peer.h>

#include <boost/asio/posix/stream_descriptor.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "collet/unique_fd.hpp"
#include "http/detail/body_intake.hpp"
#include "http/detail/input_buffer.hpp"
#include "http/detail/outgoing.hpp"
#include "http/detail/pistache_worker.hpp"
#include "http/detail/request_reader.hpp"

namespace collet::http::detail {

/// At first Pistache's worker reads from the socket, and only there requests are parsed. With the first
/// streamed body Asio takes the socket over for good: it can wait until more is wanted. Answers, and the
/// asking for a body, come from any thread. A duplicate of the peer's descriptor is ours, so that its number
/// can't be reused under us.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  using Clock = std::chrono::steady_clock;

  Connection(std::shared_ptr<Core> core, PistacheWorker* worker,
             std::weak_ptr<Pistache::Tcp::Peer> pistache_peer, UniqueFd fd, Peer peer,
             Admission::Ticket ticket);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // On the thread of who reads.
  /// False: nothing more may be read there.
  bool feed(std::string_view bytes);
  void end_of_input();

  // Any thread.
  /// Closes what took too long; while draining also what is idle.
  void sweep(Clock::time_point now);
  /// Closes at once; the worker then sees the end of input.
  void kill();
  /// As kill(), and never uses the worker again.
  void detach();
  /// Asks for the next piece of the body of request number `serial`.
  void next_piece(std::uint64_t serial, BodyStream::OnPiece on_piece);

 private:
  enum class State { kReading, kBusy, kTaken, kClosing };

  // Holds the lock. What others are to be told is told when it has been given back.
  class Turn {
   public:
    explicit Turn(Connection& connection) : connection_(connection), lock_(connection.mutex_) {}
    ~Turn();
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;
    void lock() { lock_.lock(); }
    void unlock() { lock_.unlock(); }

   private:
    Connection& connection_;
    std::unique_lock<std::mutex> lock_;
  };
  // All that follows is under the lock; what takes a Turn may give it back meanwhile.

  // Input (connection.cpp).
  void take_in(std::string_view bytes, Turn& turn);
  void drive(Turn& turn);
  bool advance(Turn& turn);
  bool begin_request();
  void name_request();
  void judge(Turn& turn);
  bool prepare_body();
  void dispatch(Turn& turn);
  void run_handler(Request request, Turn& turn);
  void hand_over(const SocketRoute& route, bool ask_first_message);
  void take_over(const SocketRoute& route, bool ask_first_message);
  void abandon(std::string why = "the client has left");

  // The socket in Asio's hands (connection_streams.cpp).
  void leave_pistache(std::function<void(Connection&)> then);
  bool watch();
  void watch_input();
  void read_input(Turn& turn);
  // Streamed bodies.
  void begin_stream(Turn& turn);
  void dispatch_stream();
  void pull_body(Turn& turn);
  void settle_body();
  void send_continue();

  // Answers and output (connection_output.cpp).
  void answer(Response response);
  void respond(Response response, Turn& turn);
  void refuse(const Response& response, Turn& turn);
  void push(std::string bytes, std::shared_ptr<Content> content, Outgoing::Framing framing, Turn& turn);
  void flush(Turn& turn);
  void go_on();
  bool pull_source(Turn& turn);
  void give(std::uint64_t serial, Piece piece);
  void cut(const std::string& why);
  void wait_writable();
  void finished(Turn& turn);
  void arm(std::chrono::milliseconds patience) { deadline_ = Clock::now() + patience; }
  /// Tells log and observer how a request was answered.
  void note(int status, std::string_view pattern) const;

  const std::shared_ptr<Core> core_;  // first: it has to outlive all that follows
  PistacheWorker* worker_;
  const std::weak_ptr<Pistache::Tcp::Peer> pistache_peer_;
  const Peer peer_;

  std::mutex mutex_;
  std::vector<std::function<void()>> news_;  // told by Turn
  std::optional<Admission::Ticket> ticket_;
  UniqueFd fd_;
  State state_ = State::kReading;
  Clock::time_point deadline_;
  bool driving_ = false, input_ended_ = false, dead_ = false;
  std::string dead_why_;
  InputBuffer input_;
  bool blank_line_ = false;  // one was read over before the next request
  std::optional<RequestReader> reader_;

  // The request that is being read or answered.
  std::uint64_t serial_ = 0;
  const Route* route_ = nullptr;
  std::optional<Response> early_answer_;  // decided by the head; sent when the body has been skipped
  std::optional<BodyIntake> intake_;      // a streamed body, until its end; what is left of it is skipped
  std::string request_id_, method_, request_line_;
  Clock::time_point judged_;
  Pairs more_headers_;  // of its answer
  unsigned version_ = 11;
  bool keep_alive_ = false, head_only_ = false, is_owed_answer_ = false;
  bool has_large_body_ = false;

  Outgoing outgoing_;
  bool asked_ = false, pulling_ = false;  // the source's next piece
  bool waiting_writable_ = false, waiting_readable_ = false;
  bool is_ours_ = false;                                        // to read from, by Asio
  std::optional<boost::asio::posix::stream_descriptor> watch_;  // of a duplicate
};

}  // namespace collet::http::detail
