// A Response as bytes on the wire.
#pragma once
#include <string>

#include "http/message.hpp"

namespace collet::http::detail {

struct RenderOptions {
  unsigned version = 11;  ///< of the request
  bool keep_alive = true;
  bool head_only = false;  ///< the request was HEAD: all fields, no body
};

/// The head, with the body unless the response has a content in its place. `more`: further fields, beside the
/// response's own. Fields that hold line breaks or NUL are left out, and logged.
std::string render(const Response& response, const Pairs& more, const RenderOptions& options);

}  // namespace collet::http::detail
