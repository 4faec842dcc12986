// Answers in the form of OpenAI's chat completions.
#pragma once
#include <cstdint>
#include <string>

namespace collet::gateway {

struct Completion {
  std::string id;  ///< "chatcmpl-…"
  std::string model;
  std::int64_t created = 0;  ///< seconds since 1970
  std::string text;
  std::int64_t prompt_tokens = 0, completion_tokens = 0;
};

/// JSON.
std::string whole(const Completion& completion);
/// The same as a stream of server-sent events, complete.
std::string as_stream(const Completion& completion, bool include_usage);

}  // namespace collet::gateway
