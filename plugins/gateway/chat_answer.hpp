// Answers in the form of OpenAI's chat completions.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

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

// The same as server-sent events, a frame each; `id`, `model` and `created` are those of the first one.
/// The first one. Needs no text yet.
std::string first_frame(const Completion& completion);
/// A part of what is said; one frame where it is not long.
std::vector<std::string> text_frames(const Completion& completion, std::string_view text);
/// Why it ends, the usage, and that it has ended.
std::vector<std::string> last_frames(const Completion& completion, bool include_usage);
/// Ends a stream that has begun. `status`: what an answer without a stream would have had.
std::string error_frame(int status, const std::string& message);

}  // namespace collet::gateway
