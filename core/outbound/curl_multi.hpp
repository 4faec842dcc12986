// All outbound transfers of the process on one thread, through libcurl's multi interface, and timers on that
// thread.
//
// TLS certificates are always verified; redirects are never followed; only http and https are spoken.
// Connections are kept and used again.
#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "outbound/transfer.hpp"

namespace collet::outbound {

class CurlMulti {
 public:
  struct Options {
    double connect_timeout = 30;                             ///< seconds
    std::size_t max_response_bytes = std::size_t{32} << 20;  ///< after decompression
    std::string ca_file;  ///< PEM file of trusted roots; empty: the system's
    /// Names that are not asked the system's resolver for, "host:port:address"; for tests.
    std::vector<std::string> names = {};
  };

  class Mailbox;

  /// Names a transfer or timer, to cancel it. A plain value; may outlive the client. An empty one does
  /// nothing.
  class Ticket {
   public:
    Ticket() = default;
    Ticket(std::weak_ptr<Mailbox> mailbox, std::uint64_t id) : mailbox_(std::move(mailbox)), id_(id) {}
    /// Any thread, never waits. Callbacks that run at this moment on the client's thread still finish.
    void cancel() const;

   private:
    std::weak_ptr<Mailbox> mailbox_;
    std::uint64_t id_ = 0;
  };

  enum class TimerEnd { kDue, kShutdown };

  CurlMulti();
  explicit CurlMulti(Options options);
  /// Ends every transfer and timer with kShutdown and joins the thread. Not from one of its callbacks.
  ~CurlMulti();
  CurlMulti(const CurlMulti&) = delete;
  CurlMulti& operator=(const CurlMulti&) = delete;

  /// Starts a transfer. Any thread, callbacks included; never waits.
  Ticket start(Transfer transfer, TransferCallbacks callbacks);
  /// Calls `done` on the client's thread, `seconds` from now. Any thread.
  Ticket after(double seconds, std::function<void(TimerEnd)> done);

 private:
  class Loop;
  std::shared_ptr<Mailbox> mailbox_;
  std::unique_ptr<Loop> loop_;
};

}  // namespace collet::outbound
