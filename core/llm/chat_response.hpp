// A whole chat completion, from JSON to a Response. Never trusts its shape.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "collet/json.hpp"
#include "llm/failures.hpp"
#include "llm/provider.hpp"

namespace collet::llm {

/// Either a response (without cost and latency) or why there is none.
struct ChatResult {
  std::optional<Response> response;
  AttemptFailure failure;  ///< meaningful without a response
};

/// The body of an answer with status 200. Pure.
ChatResult parse_chat_response(std::string_view body);

/// A `usage` object; what is missing, negative or no number counts as 0. Pure.
Usage parse_usage(const json::Value& usage);

/// Message text, which is a string, null or an array of parts. Nothing when it is something else. Pure.
std::optional<std::string> parse_content(const json::Value& content);

/// An id for a tool call to which the endpoint gave none. Any thread.
std::string new_tool_call_id();

}  // namespace collet::llm
