// Sends a part of a file with sendfile(2): no byte of it is copied into this process.
#pragma once
#include "http/streams.hpp"

namespace collet::http::detail {

/// One thread at a time.
class FileSender {
 public:
  enum class Progress {
    kDone,
    kFull,   ///< the socket takes no more for now
    kTurn,   ///< so much was sent that others should be served first
    kGone,   ///< the peer has gone
    kShort,  ///< the file has become shorter, or cannot be read
  };

  explicit FileSender(FilePart part);

  /// Never waits for the socket. The disk is told beforehand what will be read, so that it is seldom waited
  /// for.
  Progress send(int socket);
  std::uint64_t left() const { return part_.length; }

 private:
  FilePart part_;
  std::uint64_t announced_;  ///< up to here
};

}  // namespace collet::http::detail
