// One outbound HTTP request and how it ended, without any type of the library that carries it out.
#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "outbound/address.hpp"

namespace collet::outbound {

using HeaderList = std::vector<std::pair<std::string, std::string>>;

struct Transfer {
  std::string url;                          ///< http or https
  HeaderList headers;                       ///< checked by the caller: no line breaks
  std::shared_ptr<const std::string> body;  ///< shared, so that a repetition needs no copy; may be null
  double timeout = 0;                       ///< seconds for the whole transfer; 0: no limit
  std::string method = "POST";
  std::size_t max_response_bytes = 0;  ///< 0: the client's own limit
  /// Judges each address that is about to be connected to; empty: any, and proxies of the environment are
  /// used. With it there is no proxy, and errors are told in fixed words. Called on the client's thread.
  std::function<bool(const Address&)> may_connect = {};
};

enum class TransferError {
  kNone,        ///< an answer arrived whole; its status may still be an error
  kTimeout,     ///< too slow to connect or to answer
  kConnection,  ///< not resolved, not reached, or broken off
  kTls,         ///< the other side's certificate is not trusted
  kRefused,     ///< may_connect refused every address
  kTooLarge,    ///< the answer went over the byte limit
  kBadUrl,      ///< not an address that can be called
  kStopped,     ///< the body callback said so
  kShutdown,    ///< the client is being destroyed
};

struct TransferEnd {
  TransferError error = TransferError::kNone;
  std::string message;  ///< of an error, for people
  int status = 0;       ///< HTTP status; 0 when none arrived
  HeaderList headers;   ///< of the answer, names in lower case

  /// The first header of this (lower-case) name; empty when there is none.
  std::string_view header(std::string_view name) const {
    for (const auto& [key, value] : headers)
      if (key == name) return value;
    return {};
  }
};

/// Both are called on the client's thread and must be short. An exception counts as "stop".
struct TransferCallbacks {
  std::function<bool(int status, std::string_view piece)> body;  ///< false: stop the transfer
  std::function<void(TransferEnd)> end;                          ///< once, unless it was cancelled
};

}  // namespace collet::outbound
