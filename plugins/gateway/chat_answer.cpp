#include "chat_answer.hpp"

#include <functional>

#include "collet/json.hpp"

namespace collet::gateway {
namespace {

void write_usage(json::Writer& w, const Completion& completion) {
  w.key("usage").object().member("completion_tokens", completion.completion_tokens);
  w.member("prompt_tokens", completion.prompt_tokens);
  w.member("total_tokens", completion.prompt_tokens + completion.completion_tokens).end();
}

// One event with whatever `choices` and `more` write.
std::string event(const Completion& completion, const std::function<void(json::Writer&)>& choices,
                  bool usage = false) {
  json::Writer w;
  w.object().member("id", completion.id).key("choices").array();
  choices(w);
  w.end().member("created", completion.created).member("model", completion.model);
  w.member("object", "chat.completion.chunk");
  if (usage) write_usage(w, completion);
  return "data: " + w.end().take() + "\n\n";
}

std::string delta(const Completion& completion, const char* name, const std::string& value) {
  return event(completion, [&](json::Writer& w) {
    w.object().key("delta").object().member(name, value).end().member("index", 0).end();
  });
}

}  // namespace

std::string whole(const Completion& completion) {
  json::Writer w;
  w.object().member("id", completion.id).key("choices").array();
  w.object().member("finish_reason", "stop").member("index", 0).key("message").object();
  w.member("content", completion.text).member("role", "assistant").end().end().end();
  w.member("created", completion.created).member("model", completion.model);
  w.member("object", "chat.completion");
  write_usage(w, completion);
  return w.end().take();
}

std::string as_stream(const Completion& completion, bool include_usage) {
  std::string events =
      delta(completion, "role", "assistant") + delta(completion, "content", completion.text) +
      event(completion, [](json::Writer& w) {
        w.object().key("delta").object().end().member("finish_reason", "stop").member("index", 0).end();
      });
  if (include_usage)
    events += event(
        completion, [](json::Writer&) {}, true);
  return events + "data: [DONE]\n\n";
}

}  // namespace collet::gateway
