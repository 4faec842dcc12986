#include "llm/chat_stream.hpp"

#include <algorithm>
#include <utility>

namespace collet::llm {
namespace {
constexpr std::size_t kMaxToolCalls = 256;
}

ChatStream::ChatStream(Provider::Delta delta)
    : delta_(std::move(delta)), parser_([this](std::string_view data) { return take_event(data); }) {}

ChatResult ChatStream::finish(bool broken) {
  if (failure_) return {std::nullopt, std::move(*failure_)};
  if (!done_ && (broken || !finished_))
    return {std::nullopt, malformed_failure("the stream ended in the middle")};
  std::stable_sort(calls_.begin(), calls_.end(),
                   [](const auto& a, const auto& b) { return a.index < b.index; });
  for (auto& [index, call] : calls_) {
    if (call.name.empty()) return {std::nullopt, malformed_failure("a tool call has no name")};
    if (call.id.empty()) call.id = new_tool_call_id();
    if (call.arguments.empty()) call.arguments = "{}";
    response_.tool_calls.push_back(std::move(call));
  }
  return {std::move(response_), {}};
}

bool ChatStream::refuse(std::string_view what) {
  failure_ = malformed_failure(what);
  return false;
}

bool ChatStream::take_event(std::string_view data) {
  if (data == "[DONE]") {
    done_ = true;
    return false;  // nothing that may follow counts
  }
  const auto document = json::parse(data);
  if (!document || !document->IsObject()) return refuse("an event of the stream is not a JSON object");
  if (const auto* error = json::find(*document, "error"); error != nullptr && !error->IsNull()) {
    failure_ = error_member_failure(*error);
    return false;
  }
  if (response_.id.empty()) response_.id = json::string_or(*document, "id");
  if (const auto* usage = json::find(*document, "usage"); usage != nullptr && usage->IsObject())
    response_.usage = parse_usage(*usage);
  const auto* choices = json::find(*document, "choices");
  if (choices == nullptr || choices->IsNull()) return true;  // some endpoints send notes of their own
  if (!choices->IsArray()) return refuse("choices is no list");
  for (const auto& choice : choices->GetArray())
    if (!take_choice(choice)) return false;
  return true;
}

bool ChatStream::take_choice(const json::Value& choice) {
  if (!choice.IsObject()) return refuse("a choice is no object");
  if (json::int_at(choice, "index").value_or(0) != 0) return true;  // only one answer was asked for
  if (json::string_at(choice, "finish_reason")) finished_ = true;
  const auto* delta = json::find(choice, "delta");
  if (delta == nullptr || delta->IsNull()) return true;
  if (!delta->IsObject()) return refuse("a delta is no object");

  std::optional<std::string> text = std::string();
  if (const auto* content = json::find(*delta, "content")) text = parse_content(*content);
  if (!text) return refuse("a delta's content is neither text nor a list of parts");
  if (text->empty()) text = json::string_or(*delta, "refusal");
  const auto reasoning = json::string_at(*delta, "reasoning_content")
                             .value_or(json::string_at(*delta, "reasoning").value_or(std::string_view()));
  response_.text += *text;
  response_.reasoning += reasoning;
  if (delta_ && (!text->empty() || !reasoning.empty())) delta_(*text, reasoning);
  const auto* calls = json::find(*delta, "tool_calls");
  return calls == nullptr || calls->IsNull() || take_tool_calls(*calls);
}

bool ChatStream::take_tool_calls(const json::Value& calls) {
  if (!calls.IsArray()) return refuse("tool_calls is no list");
  for (const auto& call : calls.GetArray()) {
    if (!call.IsObject()) return refuse("a tool call is no object");
    auto& [index, whole] = partial_call(call);
    if (calls_.size() > kMaxToolCalls) return refuse("it has too many tool calls");
    if (const auto id = json::string_at(call, "id"); id && whole.id.empty()) whole.id = *id;
    const auto* function = json::find(call, "function");
    if (function == nullptr) continue;
    // Names come whole, in pieces, or repeated with every piece of the arguments.
    if (const auto name = json::string_at(*function, "name"); name && *name != whole.name)
      whole.name += *name;
    if (const auto arguments = json::string_at(*function, "arguments")) whole.arguments += *arguments;
  }
  return true;
}

// The call that a piece belongs to: by its index or, at endpoints that send none, the newest one; a new id
// begins a new call there.
ChatStream::PartialCall& ChatStream::partial_call(const json::Value& call) {
  const auto index = json::int_at(call, "index");
  if (index) {
    const auto found =
        std::find_if(calls_.begin(), calls_.end(), [&](const auto& one) { return one.index == *index; });
    return found != calls_.end() ? *found : calls_.emplace_back(PartialCall{*index, {}});
  }
  const auto id = json::string_at(call, "id").value_or(std::string_view());
  if (calls_.empty() || (!id.empty() && id != calls_.back().call.id))
    calls_.emplace_back(PartialCall{calls_.empty() ? 0 : calls_.back().index + 1, {}});
  return calls_.back();
}

}  // namespace collet::llm
