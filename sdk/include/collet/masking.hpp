// Hides a conversation's secrets in output that a tool cuts, keeps or shows by itself.
#pragma once
#include <string>
#include <string_view>
#include <utility>

#include "collet/abi/masking.h"
#include "collet/detail/text.hpp"

namespace collet {

/// One stream of text. Movable; one thread at a time. Closed by its destructor.
class MaskStream {
 public:
  MaskStream(const collet_host* host, const collet_masking* table, collet_handle handle)
      : host_(host), table_(table), handle_(handle) {}
  MaskStream(MaskStream&& other) noexcept
      : host_(other.host_), table_(other.table_), handle_(std::exchange(other.handle_, 0)) {}
  MaskStream& operator=(MaskStream&& other) noexcept {
    std::swap(host_, other.host_);
    std::swap(table_, other.table_);
    std::swap(handle_, other.handle_);
    return *this;
  }
  MaskStream(const MaskStream&) = delete;
  MaskStream& operator=(const MaskStream&) = delete;
  ~MaskStream() {
    if (handle_ != 0) table_->close(host_, handle_);
  }

  /// What can be shown by now; an end that may be the beginning of a secret is held back, unless it is the
  /// `last` piece: then the stream begins anew. Throws HostError when the host has closed the stream.
  std::string push(std::string_view piece, bool last = false) {
    std::string masked;
    detail::check(table_->push(host_, handle_, detail::to_str(piece), last ? 1 : 0, detail::into(masked)),
                  "the stream is closed");
    return masked;
  }

 private:
  const collet_host* host_;
  const collet_masking* table_;
  collet_handle handle_;
};

/// Any thread but I/O threads, once started.
class Masking {
 public:
  Masking(const collet_host* host, const collet_masking* table) : host_(host), table_(table) {}

  /// Throws HostError (COLLET_NOT_FOUND: no such conversation).
  MaskStream open(std::string_view conversation) const {
    std::string error;
    collet_handle handle = 0;
    detail::check(table_->open(host_, detail::to_str(conversation), &handle, detail::into(error)), error);
    return {host_, table_, handle};
  }

 private:
  const collet_host* host_;
  const collet_masking* table_;
};

}  // namespace collet
