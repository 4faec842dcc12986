#include "chat_answer.hpp"

#include <functional>
#include <string_view>

#include "collet/json.hpp"

namespace collet::gateway {
namespace {

constexpr std::size_t kTextBytes = 32 * 1024;  // of one frame

// How many bytes of a text, at most `limit`, so that no character is cut.
std::size_t whole_characters(std::string_view text, std::size_t limit) {
  if (text.size() <= limit) return text.size();
  const auto continues = [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; };
  auto end = limit;
  while (end > 0 && continues(text[end])) --end;
  return end == 0 ? limit : end;
}

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

std::string delta(const Completion& completion, const char* name, std::string_view value) {
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

std::string first_frame(const Completion& completion) { return delta(completion, "role", "assistant"); }

std::vector<std::string> text_frames(const Completion& completion, std::string_view left) {
  std::vector<std::string> frames;
  do {
    const auto text = left.substr(0, whole_characters(left, kTextBytes));
    frames.push_back(delta(completion, "content", text));
    left.remove_prefix(text.size());
  } while (!left.empty());
  return frames;
}

std::vector<std::string> last_frames(const Completion& completion, bool include_usage) {
  std::vector<std::string> frames;
  frames.push_back(event(completion, [](json::Writer& w) {
    w.object().key("delta").object().end().member("finish_reason", "stop").member("index", 0).end();
  }));
  if (include_usage)
    frames.push_back(event(
        completion, [](json::Writer&) {}, true));
  frames.emplace_back("data: [DONE]\n\n");
  return frames;
}

std::string error_frame(int status, const std::string& message) {
  json::Writer w;
  w.object().key("error").object().member("message", message);
  w.member("type", status < 500 ? "invalid_request_error" : "server_error").member("param", nullptr);
  w.member("code", std::to_string(status)).end().end();
  return "data: " + w.take() + "\n\n";
}

}  // namespace collet::gateway
