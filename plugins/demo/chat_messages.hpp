// What the tour needs to know of a chat-completion request. Pure functions.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "collet/json.hpp"

namespace collet::demo {

struct ToolOutput {
  std::string call_id;
  std::string text;
};

struct Chat {
  std::string model;
  std::string system;  ///< text of the system messages
  std::size_t messages = 0;
  std::size_t user_turns = 0;  ///< user messages that stand before an answer of ours, and the last one
  std::vector<std::string> past_calls;  ///< ids of our tool calls before the last user message
  std::vector<ToolOutput> outputs;      ///< of the tools since then, in order
  json::Document request;

  bool has_tool(std::string_view name) const { return tool(name) != nullptr; }
  /// The function's description, null when the model was not given the tool.
  const json::Value* tool(std::string_view name) const;
  /// The output of a call since the last user message; null when there is none.
  const std::string* output_of(std::string_view call_id) const;
};

/// Throws std::invalid_argument when the request is no JSON object with messages.
Chat read_chat(const std::string& request);

}  // namespace collet::demo
