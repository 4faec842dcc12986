// A request's streamed body on its way to the plugin that asks for it.
#pragma once
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "collet/abi/streams.h"
#include "http/streams.hpp"

namespace collet::plugins {

class Guest;

/// Any thread. The guest's own as long as something of it may be asked for, or is being handed over.
class RequestBody : public std::enable_shared_from_this<RequestBody> {
 public:
  RequestBody(Guest& guest, std::shared_ptr<http::BodyStream> stream)
      : guest_(guest), stream_(std::move(stream)) {}

  /// Makes it known to the plugin. Once.
  collet_body begin();
  /// As collet_body's.
  collet_status next(void* receiver, collet_on_piece on_piece);
  /// There will be no more; what was asked for is answered with `why`.
  void release(const std::string& why);

 private:
  struct Asked {
    void* receiver;
    collet_on_piece on_piece;
  };

  void arrive(http::Piece piece);
  void post();
  void deliver();

  Guest& guest_;
  std::uint64_t handle_ = 0;

  std::mutex mutex_;                          // guards what follows
  std::shared_ptr<http::BodyStream> stream_;  // until the end
  std::optional<Asked> asked_;
  std::optional<http::Piece> piece_;  // to be handed over
  int delivering_ = 0;                // calls inside the plugin
};

/// Releases all of the guest's bodies.
void end_bodies(Guest& guest, const std::string& why);

}  // namespace collet::plugins
