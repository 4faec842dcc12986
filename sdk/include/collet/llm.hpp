// Providers of language models.
#pragma once
#include <stdexcept>
#include <string>
#include <vector>

#include "collet/abi/llm.h"
#include "collet/cancellation.hpp"

namespace collet {

/// Why a model's call failed, as an HTTP status: 400 bad request, 401 or 403 authentication, 429 rate limit,
/// 5xx may be tried again.
class LlmError : public std::runtime_error {
 public:
  LlmError(int status, const std::string& message) : std::runtime_error(message), status_(status) {}
  int status() const noexcept { return status_; }

 private:
  int status_;
};

class LlmProvider {
 public:
  LlmProvider() = default;
  LlmProvider(const LlmProvider&) = delete;
  LlmProvider& operator=(const LlmProvider&) = delete;
  virtual ~LlmProvider() = default;

  /// "demo" serves the models "demo/…". Always the same.
  virtual std::string name() const = 0;
  /// Names without the prefix. Always the same.
  virtual std::vector<std::string> models() const = 0;
  /// One call, several at once, may block. Request and answer are JSON in OpenAI's chat completion form; the
  /// request's model comes without the prefix. Throws LlmError to fail with a status; what else it throws
  /// counts as 500.
  virtual std::string complete(const std::string& request_json, const Cancellation& cancellation) = 0;
};

}  // namespace collet
