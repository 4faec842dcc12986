// A request of a plugin through the guarded client, until its end was told.
#pragma once
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>

#include "base/result.hpp"
#include "collet/abi/http_client.h"
#include "outbound/client.hpp"

namespace collet::plugins {

class Guest;

/// All methods may be called from any thread; none blocks.
class HttpCall : public std::enable_shared_from_this<HttpCall> {
 public:
  HttpCall(Guest& guest, void* context, collet_on_http_response done)
      : guest_(guest), context_(context), done_(done) {}

  /// Once. `handle`: this one's among the guest's calls. Sends nothing when it was cancelled before.
  void begin(std::uint64_t handle, outbound::Client& client, outbound::Request request);
  void cancel();

 private:
  /// The first end counts; the plugin is told on its queue.
  void finish(Result<outbound::Response> outcome);
  void post(Result<outbound::Response> outcome);
  void tell(const Result<outbound::Response>& outcome);

  Guest& guest_;
  void* const context_;
  const collet_on_http_response done_;

  std::mutex mutex_;          // guards what follows
  std::uint64_t handle_ = 0;  // 0: not begun; it may be among the guest's calls by then, and be cancelled
  outbound::Client::Ticket ticket_;
  bool finished_ = false;
};

}  // namespace collet::plugins
