#include "llm/failures.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <span>

#include "llm/readable_text.hpp"

namespace collet::llm {
namespace {

constexpr std::size_t kMaxRead = 1000;      // bytes of the endpoint's own words that tell the kind of failure
constexpr std::size_t kMaxKept = 64 << 10;  // bytes of them that are kept until they are masked
constexpr std::size_t kMaxShown = 1100;     // bytes of the whole detail
constexpr std::size_t kShortestSecret = 6;  // masking shorter values would only garble the text
constexpr std::string_view kMask = "**********";

// How endpoints say, with different statuses, that the prompt is too long.
constexpr std::array<std::string_view, 11> kTooLong = {
    "context_length_exceeded",    "maximum context length",   "context length exceeded",
    "exceeds the context window", "context window exceeds",   "exceeds the available context size",
    "exceed context limit",       "prompt is too long",       "input is too long",
    "reduce the length of",       "input token count exceeds"};
constexpr std::array<std::string_view, 5> kBadKey = {
    "invalid api key", "incorrect api key", "api key not valid", "missing api key", "invalid authentication"};
constexpr std::array<std::string_view, 5> kQuotaGone = {"insufficient_quota", "quota exceeded",
                                                        "exceeded your current quota", "usage_limit_reached",
                                                        "credit balance is too low"};

bool mentions(std::string_view text, std::span<const std::string_view> phrases) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return std::any_of(phrases.begin(), phrases.end(),
                     [&](const auto phrase) { return lower.find(phrase) != std::string::npos; });
}

// --- The kinds of failure ------------------------------------------------------------------------
AttemptFailure auth(std::string detail) {
  return {{"LLMAuthenticationError", std::move(detail), "auth", false, "settings"}, false, {}};
}
AttemptFailure config(std::string detail) {
  return {{"LLMBadRequestError", std::move(detail), "config", false, "settings"}, false, {}};
}
AttemptFailure too_long(std::string detail) {
  return {{"LLMContextWindowExceedError", std::move(detail), "agent_action", true, "retry"}, false, {}};
}
AttemptFailure quota(std::string detail) {
  return {{"LLMRateLimitError", std::move(detail), "quota", false, "settings"}, false, {}};
}
AttemptFailure rate_limit(std::string detail) {
  return {{"LLMRateLimitError", std::move(detail), "rate_limit", true, "retry"}, true, {}};
}
AttemptFailure timeout(std::string detail) {
  return {{"LLMTimeoutError", std::move(detail), "transient", true, "retry"}, true, {}};
}
AttemptFailure unavailable(std::string detail) {
  return {{"LLMServiceUnavailableError", std::move(detail), "transient", true, "retry"}, true, {}};
}

// What the endpoint says of an error. `code` also holds its machine-readable words, which decide but are not
// shown.
struct Words {
  std::string message;
  std::string all;
};

std::string kept(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r\n";
  const auto first = text.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return {};
  return std::string(text.substr(first, std::min(kMaxKept, text.find_last_not_of(kBlank) - first + 1)));
}

void add_words(Words& words, const json::Value& error) {
  if (error.IsString()) {
    words.message = kept(json::view(error));
  } else if (error.IsObject()) {
    for (const auto key : {"message", "detail", "error", "msg"})
      if (const auto text = json::string_at(error, key); text && words.message.empty())
        words.message = kept(*text);
    for (const auto key : {"code", "type", "status"})
      if (const auto text = json::string_at(error, key)) words.all.append(*text).append(" ");
  }
}

Words read(Words words) {
  words.all += readable_text(words.message, kMaxRead);
  return words;
}

// Bodies look like {"error":{"message":…}}, {"error":"…"}, {"detail":"…"}, [{"error":…}] or plain text.
Words words_of(std::string_view body) {
  Words words;
  const auto document = json::parse(body);
  if (!document) {
    if (!body.starts_with('<')) words.message = kept(body);  // an HTML page says nothing
  } else {
    const json::Value& whole = *document;
    const json::Value& root = whole.IsArray() && !whole.Empty() ? whole[0] : whole;
    const auto* error = json::find(root, "error");
    add_words(words, error != nullptr && !error->IsNull() ? *error : root);
  }
  return read(std::move(words));
}

AttemptFailure classify(int status, const Words& words) {
  const auto detail = [&](std::string_view text) {
    std::string line(text);
    line.append(" (").append(std::to_string(status)).append(")");
    return words.message.empty() ? line : line.append(": ").append(words.message);
  };
  const bool refused = status >= 400 && status < 500;
  if ((refused && status != 429) || status == 500)
    if (mentions(words.all, kTooLong))
      return too_long(detail("The conversation is longer than the model takes"));
  if (status == 401 || (status == 400 && mentions(words.all, kBadKey)))
    return auth(detail("The model endpoint refused the key"));
  if (status == 403) return auth(detail("The model endpoint refused access"));
  if (status == 402 || (status == 429 && mentions(words.all, kQuotaGone)))
    return quota(detail("The account at the model endpoint has no quota left"));
  if (status == 404) return config(detail("The model endpoint does not know this model or address"));
  if (status == 408 || status == 504) return timeout(detail("The model endpoint gave up waiting"));
  if (status == 429) return rate_limit(detail("The model endpoint asks for fewer calls"));
  if (refused) return config(detail("The model endpoint refused the request"));
  if (status >= 500) return unavailable(detail("The model endpoint failed"));
  if (status >= 300 && status < 400)
    return config(detail("The model endpoint redirects elsewhere; set llm.base_url to where it is"));
  return unavailable(detail("The model endpoint answered with an unexpected status"));
}

}  // namespace

AttemptFailure status_failure(int status, std::string_view body, std::optional<double> retry_after) {
  auto failure = classify(status, words_of(body));
  if (failure.retry) failure.retry_after = retry_after;
  return failure;
}

AttemptFailure error_member_failure(const json::Value& error) {
  Words words;
  add_words(words, error);
  words = read(std::move(words));
  const auto code = json::int_at(error, "code").value_or(0);
  return classify(code >= 400 && code < 600 ? static_cast<int>(code) : 500, words);
}

AttemptFailure transfer_failure(TransferError error, std::string_view message) {
  const std::string words = kept(message);
  switch (error) {
    case TransferError::kTimeout:
      return timeout("The model endpoint did not answer in time: " + words);
    case TransferError::kTls:
      return config("The model endpoint's certificate is not trusted: " + words);
    case TransferError::kBadUrl:
      return config("llm.base_url is no address that can be called: " + words);
    case TransferError::kTooLarge: {
      auto failure = unavailable("The model endpoint sent too much: " + words);
      failure.retry = false;
      return failure;
    }
    case TransferError::kShutdown: {
      auto failure = unavailable("The call was given up: " + words);
      failure.retry = false;
      return failure;
    }
    case TransferError::kNone:
    case TransferError::kStopped:
    case TransferError::kConnection:
    case TransferError::kRefused:
      break;
  }
  return unavailable("The connection to the model endpoint failed: " + words);
}

AttemptFailure malformed_failure(std::string_view what) {
  return unavailable("The model endpoint sent a malformed answer: " + kept(what));
}

AttemptFailure settings_failure(std::string detail) { return config(std::move(detail)); }

AttemptFailure missing_key_failure(std::string_view provider) {
  return auth("No key is set for the model provider \"" + readable_text(provider, 100) +
              "\": set llm.api_key");
}

Failure redact(Failure failure, const Config& config) {
  const auto mask = [&](std::string_view secret) {
    if (secret.size() < kShortestSecret) return;
    for (auto at = failure.detail.find(secret); at != std::string::npos;
         at = failure.detail.find(secret, at + kMask.size()))
      failure.detail.replace(at, secret.size(), kMask);
  };
  mask(config.api_key);
  for (const auto& [name, value] : config.extra_headers) mask(value);
  return failure;
}

std::string shown_detail(std::string_view masked) { return readable_text(masked, kMaxShown); }

}  // namespace collet::llm
