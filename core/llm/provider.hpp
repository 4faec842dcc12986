// What the agent knows of language models: one call with messages and tools, one answer or one error.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "collet/json.hpp"

namespace collet::llm {

/// The part of an agent's `llm` object that a call needs. Defaults are the reference's.
struct Config {
  std::string model;     ///< "provider/model", or a bare model name
  std::string api_key;   ///< plain; never logged
  std::string base_url;  ///< empty: the provider's own
  std::string usage_id = "default";
  int num_retries = 5;  ///< attempts after the first
  double retry_multiplier = 8.0;
  double retry_min_wait = 8;   ///< seconds
  double retry_max_wait = 64;  ///< seconds
  double timeout = 300;        ///< seconds for one attempt, streamed ones included; 0: no limit
  std::optional<double> temperature, top_p;
  std::optional<std::int64_t> top_k, max_output_tokens, seed;
  std::optional<double> input_cost_per_token, output_cost_per_token;
  std::string reasoning_effort;  ///< empty: not sent
  bool stream = false;
  std::vector<std::pair<std::string, std::string>> extra_headers;
  std::string extra_body = "{}";  ///< litellm_extra_body: JSON object, merged into the request

  /// From a whole `llm` object as clients send it. kInvalid names the first bad member.
  static Result<Config> from_json(const json::Value& llm);
  /// Whether its addresses may be taken from a client: they are shown to everybody. Not asked of what is
  /// stored. Of an `llm` that from_json takes.
  static Result<void> check_addresses(const json::Value& llm);
};

struct Request {
  std::string messages;    ///< JSON array text, OpenAI chat form
  std::string tools;       ///< JSON array text, OpenAI function form; "[]" or empty: none
  std::string session_id;  ///< the conversation, for providers that group requests; may be empty
};

struct ToolCall {
  std::string id;
  std::string name;
  std::string arguments;  ///< as the model wrote it: should be JSON, may be anything
};

struct Usage {
  std::int64_t prompt_tokens = 0, completion_tokens = 0, cache_read_tokens = 0, cache_write_tokens = 0,
               reasoning_tokens = 0;
};

struct Response {
  std::string id;  ///< the endpoint's response id
  std::string text;
  std::string reasoning;
  std::vector<ToolCall> tool_calls;
  Usage usage;
  double cost = 0;     ///< US dollars; 0 when no price is known
  double latency = 0;  ///< seconds, of the attempt that succeeded
};

/// Why a call failed, in the reference's terms (ConversationErrorEvent.code and .classification).
struct Failure {
  std::string code;    ///< "LLMAuthenticationError", "LLMRateLimitError", …
  std::string detail;  ///< never holds the key; not to be shown before shown_detail() (failures.hpp)
  std::string kind;    ///< auth, config, quota, rate_limit, transient, agent_action
  bool retryable = false;
  std::string user_action;  ///< settings, retry, none
};

/// A call under way. Destroying it cancels it: `done` will then not be called any more, or is being called
/// already.
class Call {
 public:
  virtual ~Call() = default;
};

struct Outcome {
  std::optional<Response> response;
  Failure failure;  ///< meaningful without a response
};

class CallObserver;

class Provider {
 public:
  virtual ~Provider() = default;
  /// Starts one call, retries included. `done` is called exactly once, from a thread of the provider's,
  /// unless the call is destroyed before; it must not block. `delta` (may be empty) gets (text, reasoning)
  /// pieces while streaming; when a stream breaks and is tried again, the new attempt's pieces begin from the
  /// start. The answer in `done` is whole in any case.
  using Done = std::function<void(Outcome)>;
  using Delta = std::function<void(std::string_view text, std::string_view reasoning)>;
  virtual std::unique_ptr<Call> start(const Config& config, Request request, Delta delta, Done done) = 0;
};

/// Chooses the provider by the part of a model's name before the first slash. Built before the server
/// listens.
class Providers {
 public:
  /// `fallback` serves every name that no plugin has registered. `observer` (may be null) is told of every
  /// call.
  explicit Providers(Provider& fallback, CallObserver* observer = nullptr);
  ~Providers();
  /// kConflict when the name is taken.
  Result<void> add(std::string name, std::shared_ptr<Provider> provider);
  void remove(std::string_view name);
  Provider& for_model(std::string_view model) const;

 private:
  struct Entry;
  CallObserver* observer_;
  std::unique_ptr<Entry> fallback_;
  std::vector<std::unique_ptr<Entry>> named_;
};

}  // namespace collet::llm
