// Answers that show secrets: recorded in the audit log first.
#pragma once
#include <functional>
#include <string>

#include "http/message.hpp"
#include "secrets/audit.hpp"

namespace collet::api {

/// Copies refer to the same log, which must outlive them. Any thread.
class PlainReads {
 public:
  /// `caller` names who sent a request, as secrets::Read::who wants it.
  PlainReads(secrets::Audit& audit, std::function<std::string(const http::Request&)> caller)
      : audit_(audit), caller_(std::move(caller)) {}

  /// Sends `response` once the read is on disk; 503 in its place when it can't be recorded. Doesn't block.
  void answer(const http::Request& request, std::string what, std::string how, http::Response response,
              http::Reply reply) const;

 private:
  secrets::Audit& audit_;
  std::function<std::string(const http::Request&)> caller_;
};

}  // namespace collet::api
