// For fault tests: stands between a client and a server, and cuts connections at COMMIT.
#pragma once
#include <atomic>
#include <cstdint>
#include <list>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

#include "collet/unique_fd.hpp"

namespace collet::storage::testing {

class CuttingProxy {
 public:
  enum class Cut {
    kNone,
    kBeforeCommit,  ///< the server never sees it
    kAfterCommit,   ///< the server has done it, the client never hears of it
    kLateCommit,    ///< the server sees it, and what was sent with it, only when another connection begins
  };

  /// Listens on a free port of 127.0.0.1 for connections to `port` there.
  explicit CuttingProxy(std::uint16_t port);
  ~CuttingProxy();
  CuttingProxy(const CuttingProxy&) = delete;
  CuttingProxy& operator=(const CuttingProxy&) = delete;

  std::uint16_t port() const { return port_; }
  void cut(Cut next) { next_ = next; }  ///< the next COMMIT of any connection
  bool has_cut() const { return next_ == Cut::kNone; }

 private:
  void accept();
  void forward(UniqueFd client) const;
  bool pass_on(int from, int to, bool to_server, bool& cut_at_answer) const;
  bool keep_for_later(int server, std::string_view bytes) const;
  void deliver_late() const;

  const std::uint16_t server_port_;
  std::uint16_t port_ = 0;
  UniqueFd listening_;
  mutable std::atomic<Cut> next_ = Cut::kNone;
  mutable std::mutex late_mutex_;
  mutable UniqueFd late_server_;  // of the connection that was cut
  mutable std::string late_bytes_;
  std::atomic<bool> ended_ = false;
  std::list<std::thread> connections_;  // of the thread below
  std::thread thread_;
};

}  // namespace collet::storage::testing
