// The HTTP request of one chat completion.
#pragma once
#include <string>

#include "base/result.hpp"
#include "llm/endpoints.hpp"
#include "llm/provider.hpp"
#include "llm/transport.hpp"

namespace collet::llm {

/// The JSON body. Members of `extra_body` replace ours. Pure.
std::string chat_body(const Config& config, const Endpoint& endpoint, const Request& request);

/// Headers with the key; `extra_headers` replace ours of the same name. kInvalid when the key or an extra
/// header holds a character that could end a header line; the message does not show it. Pure.
Result<HeaderList> chat_headers(const Config& config, const Request& request);

}  // namespace collet::llm
