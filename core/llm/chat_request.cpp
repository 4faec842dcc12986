#include "llm/chat_request.hpp"

#include <strings.h>

#include <algorithm>
#include <optional>
#include <string_view>

namespace collet::llm {
namespace {

// Writes members that the user's extra body does not bring itself.
class BodyWriter {
 public:
  explicit BodyWriter(const std::string& extra_body) : extra_(json::parse(extra_body)) {
    if (extra_ && !extra_->IsObject()) extra_.reset();
    writer_.object();
  }
  template <class T>
  BodyWriter& member(std::string_view key, const T& value) {
    if (ours(key)) writer_.member(key, value);
    return *this;
  }
  template <class T>
  BodyWriter& optional(std::string_view key, const std::optional<T>& value) {
    return value ? member(key, *value) : *this;
  }
  BodyWriter& raw(std::string_view key, std::string_view text) {
    if (ours(key)) writer_.raw_member(key, text);
    return *this;
  }
  std::string take() {
    if (extra_)
      for (const auto& member : extra_->GetObject()) writer_.key(json::view(member.name)).value(member.value);
    return writer_.end().take();
  }

 private:
  bool ours(std::string_view key) const { return !extra_ || json::find(*extra_, key) == nullptr; }

  std::optional<json::Document> extra_;
  json::Writer writer_;
};

// OpenAI's own newer models refuse max_tokens; most others know only that.
std::string_view output_limit_name(std::string_view provider) {
  return provider == "openai" || provider == "litellm_proxy" || provider == "openhands"
             ? "max_completion_tokens"
             : "max_tokens";
}

std::string_view without_blanks(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r\n";
  const auto first = text.find_first_not_of(kBlank);
  return first == std::string_view::npos ? std::string_view()
                                         : text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

bool is_header_value(std::string_view text) {
  return std::none_of(text.begin(), text.end(),
                      [](unsigned char c) { return (c < ' ' && c != '\t') || c == 0x7f; });
}

bool is_header_name(std::string_view text) {
  constexpr std::string_view kAllowed =
      "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
  return !text.empty() && text.find_first_not_of(kAllowed) == std::string_view::npos;
}

void set_header(HeaderList& headers, std::string name, std::string value) {
  for (auto& [key, old] : headers)
    if (strcasecmp(key.c_str(), name.c_str()) == 0) {
      old = std::move(value);
      return;
    }
  headers.emplace_back(std::move(name), std::move(value));
}

}  // namespace

std::string chat_body(const Config& config, const Endpoint& endpoint, const Request& request) {
  BodyWriter body(config.extra_body);
  body.raw("messages", request.messages.empty() ? "[]" : request.messages).member("model", endpoint.model);
  if (!request.tools.empty() && request.tools != "[]") body.raw("tools", request.tools);
  if (is_reasoning_model(endpoint.model)) {
    if (!config.reasoning_effort.empty() && config.reasoning_effort != "none")
      body.member("reasoning_effort", config.reasoning_effort);
  } else {
    body.optional("temperature", config.temperature).optional("top_p", config.top_p);
  }
  if (endpoint.provider != "openai") body.optional("top_k", config.top_k);
  body.optional(output_limit_name(endpoint.provider), config.max_output_tokens).optional("seed", config.seed);
  if (config.stream) body.member("stream", true).raw("stream_options", R"({"include_usage":true})");
  return body.take();
}

Result<HeaderList> chat_headers(const Config& config, const Request& request) {
  HeaderList headers = {
      {"Content-Type", "application/json"},
      {"Accept", config.stream ? "text/event-stream, application/json" : "application/json"},
      {"User-Agent", "collet"}};
  const auto key = without_blanks(config.api_key);
  if (!is_header_value(key)) return invalid("llm.api_key holds a line break or another control character");
  if (!key.empty()) headers.emplace_back("Authorization", "Bearer " + std::string(key));
  if (!request.session_id.empty() && is_header_value(request.session_id))
    headers.emplace_back("X-Litellm-Session-Id", request.session_id);
  for (const auto& [name, value] : config.extra_headers) {
    if (!is_header_name(name)) return invalid("llm.extra_headers has a name that is no HTTP header name");
    if (!is_header_value(value)) return invalid("llm.extra_headers." + name + " holds a control character");
    set_header(headers, name, value);
  }
  return headers;
}

}  // namespace collet::llm
