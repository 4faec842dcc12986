// Which URL and which model name serve a configured "provider/model".
#pragma once
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "llm/provider.hpp"

namespace collet::llm {

struct Endpoint {
  std::string provider;    ///< "openai" for bare model names
  std::string model;       ///< as the endpoint calls it: what stands behind the first slash
  std::string url;         ///< of chat completions
  bool needs_key = false;  ///< the provider's own remote endpoint, which is never open to all
};

/// kInvalid says what to set: the provider is unknown and has no base_url, or the base_url is no http(s)
/// address. Pure.
Result<Endpoint> resolve_endpoint(const Config& config);

/// Whether a model takes `reasoning_effort` (and then refuses temperature and top_p). Pure.
bool is_reasoning_model(std::string_view model);

}  // namespace collet::llm
