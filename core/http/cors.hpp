// Cross-origin resource sharing: what a browser needs to hear before its pages may read our answers.
// It protects nothing by itself; the gatekeeper does.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "http/message.hpp"
#include "http/origins.hpp"

namespace collet::http {

/// Any thread.
class Cors {
 public:
  explicit Cors(std::vector<std::string> allowed_origins) : origins_(std::move(allowed_origins)) {}

  /// The answer when the request is a preflight (OPTIONS with Origin and Access-Control-Request-Method).
  std::optional<Response> preflight(const Request& request) const;

  /// The fields that each other answer to this request carries.
  Pairs headers(const Request& request) const;

 private:
  Origins origins_;
};

}  // namespace collet::http
