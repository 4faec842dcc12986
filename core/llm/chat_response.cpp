#include "llm/chat_response.hpp"

#include <algorithm>

#include "base/id.hpp"

namespace collet::llm {
namespace {

ChatResult malformed(std::string_view what) { return {std::nullopt, malformed_failure(what)}; }

std::int64_t count_at(const json::Value* object, std::string_view key) {
  if (object == nullptr) return 0;
  constexpr double kMost = 1e15;
  const double count = json::number_at(*object, key).value_or(0);
  return count > 0 ? static_cast<std::int64_t>(std::min(count, kMost)) : 0;
}

// False: something that a tool call cannot do without is missing.
bool parse_tool_call(const json::Value& call, ToolCall& out) {
  const auto* function = json::find(call, "function");
  if (function == nullptr) return false;
  const auto name = json::string_at(*function, "name");
  if (!name || name->empty()) return false;
  out.name = *name;
  out.id = json::string_or(call, "id");
  if (out.id.empty()) out.id = new_tool_call_id();
  const auto* arguments = json::find(*function, "arguments");
  if (arguments == nullptr || arguments->IsNull()) {
    out.arguments = "{}";
  } else {
    // Some endpoints send the arguments as an object instead of its text.
    out.arguments = arguments->IsString() ? std::string(json::view(*arguments)) : json::dump(*arguments);
  }
  return true;
}

}  // namespace

std::string new_tool_call_id() { return "call_" + without_dashes(new_uuid()); }

Usage parse_usage(const json::Value& usage) {
  const auto* prompt = json::find(usage, "prompt_tokens_details");
  const auto* completion = json::find(usage, "completion_tokens_details");
  Usage out;
  out.prompt_tokens = count_at(&usage, "prompt_tokens");
  out.completion_tokens = count_at(&usage, "completion_tokens");
  out.cache_read_tokens = count_at(prompt, "cached_tokens");
  out.reasoning_tokens = count_at(completion, "reasoning_tokens");
  // Not in OpenAI's own form; proxies name it in one of these ways.
  out.cache_write_tokens =
      std::max({count_at(prompt, "cache_creation_tokens"), count_at(prompt, "cache_write_tokens"),
                count_at(&usage, "cache_creation_input_tokens")});
  return out;
}

std::optional<std::string> parse_content(const json::Value& content) {
  if (content.IsNull()) return std::string();
  if (content.IsString()) return std::string(json::view(content));
  if (!content.IsArray()) return std::nullopt;
  std::string text;
  for (const auto& part : content.GetArray())
    if (const auto piece = json::string_at(part, "text")) text += *piece;
  return text;
}

ChatResult parse_chat_response(std::string_view body) {
  json::ParseError error;
  const auto document = json::parse(body, &error);
  if (!document)
    return malformed("it is not JSON (byte " + std::to_string(error.offset) + ": " + error.message + ")");
  if (!document->IsObject()) return malformed("it is not a JSON object");
  if (const auto* own = json::find(*document, "error"); own != nullptr && !own->IsNull())
    return {std::nullopt, error_member_failure(*own)};
  const auto* choices = json::find(*document, "choices");
  if (choices == nullptr || !choices->IsArray() || choices->Empty()) return malformed("it has no choices");
  const auto* message = json::find((*choices)[0], "message");
  if (message == nullptr || !message->IsObject()) return malformed("its first choice has no message");

  Response response;
  response.id = json::string_or(*document, "id");
  if (const auto* content = json::find(*message, "content")) {
    auto text = parse_content(*content);
    if (!text) return malformed("the message's content is neither text nor a list of parts");
    response.text = std::move(*text);
  }
  if (response.text.empty()) response.text = json::string_or(*message, "refusal");
  response.reasoning = json::string_or(*message, "reasoning_content", json::string_or(*message, "reasoning"));
  if (const auto* calls = json::find(*message, "tool_calls"); calls != nullptr && !calls->IsNull()) {
    if (!calls->IsArray()) return malformed("tool_calls is no list");
    for (const auto& call : calls->GetArray())
      if (!parse_tool_call(call, response.tool_calls.emplace_back()))
        return malformed("a tool call has no name");
  }
  if (const auto* usage = json::find(*document, "usage")) response.usage = parse_usage(*usage);
  return {std::move(response), {}};
}

}  // namespace collet::llm
