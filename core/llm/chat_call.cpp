#include "llm/chat_call.hpp"

#include <charconv>
#include <cmath>
#include <random>
#include <utility>

#include "base/log.hpp"
#include "base/time.hpp"
#include "llm/pricing.hpp"
#include "llm/readable_text.hpp"
#include "llm/retry.hpp"

namespace collet::llm {
namespace {

double random_fraction() {
  thread_local std::minstd_rand engine{std::random_device{}()};
  return std::uniform_real_distribution<double>(0, 1)(engine);
}

// A proxy that knows its backend's price says so in a header; that beats our own reckoning.
std::optional<double> stated_cost(const TransferEnd& end) {
  const auto text = end.header("x-litellm-response-cost");
  double cost = 0;
  const auto [last, error] = std::from_chars(text.data(), text.data() + text.size(), cost);
  if (text.empty() || error != std::errc() || last != text.data() + text.size()) return std::nullopt;
  return std::isfinite(cost) && cost >= 0 ? std::optional<double>(cost) : std::nullopt;
}

}  // namespace

ChatCall::ChatCall(CurlMulti& multi, const Config& config, Provider::Delta delta, Provider::Done done)
    : multi_(multi),
      config_(config),
      delta_(delta ? std::make_shared<Provider::Delta>(std::move(delta)) : nullptr),
      done_(std::move(done)) {}

void ChatCall::begin(const Request& request) {
  auto endpoint = resolve_endpoint(config_);
  if (!endpoint) return fail_later(settings_failure(endpoint.error().message));
  if (endpoint->needs_key && config_.api_key.empty())
    return fail_later(missing_key_failure(endpoint->provider));
  auto headers = chat_headers(config_, request);
  if (!headers) return fail_later(settings_failure(headers.error().message));
  endpoint_ = std::move(endpoint).value();
  headers_ = std::move(headers).value();
  body_ = std::make_shared<const std::string>(chat_body(config_, endpoint_, request));
  attempt();
}

void ChatCall::cancel() {
  CurlMulti::Ticket ticket;
  std::shared_ptr<Provider::Delta>
      delta;  // what the caller gave ends here, on its thread, not under the lock
  Provider::Done done;
  {
    const std::lock_guard lock(mutex_);
    over_ = true;
    ticket = std::exchange(ticket_, {});
    delta = std::move(delta_);
    done = std::exchange(done_, nullptr);
  }
  ticket.cancel();
}

// The ticket is stored before the client's thread can need it: both happen under the lock.
template <class Start>
void ChatCall::unless_over(Start start) {
  const std::lock_guard lock(mutex_);
  if (!over_) ticket_ = start();
}

void ChatCall::attempt() {
  ++attempts_;
  started_ = Clock::now();
  answer_.clear();
  stream_.reset();
  Transfer transfer{endpoint_.url, headers_, body_, config_.timeout};
  TransferCallbacks callbacks{[self = shared_from_this()](int status, std::string_view piece) {
                                return self->on_body(status, piece);
                              },
                              [self = shared_from_this()](const TransferEnd& end) { self->on_end(end); }};
  unless_over([&] { return multi_.start(std::move(transfer), std::move(callbacks)); });
}

bool ChatCall::on_body(int status, std::string_view piece) {
  if (stream_) return stream_->feed(piece);
  answer_ += piece;
  if (!config_.stream || status != 200) return true;
  // An endpoint may answer a streamed request with plain JSON: its first character tells.
  const auto first = answer_.find_first_not_of(" \t\r\n");
  if (first == std::string::npos || answer_[first] == '{') return true;
  stream_.emplace([this](std::string_view text, std::string_view reasoning) { pass_on(text, reasoning); });
  return stream_->feed(std::exchange(answer_, {}));
}

void ChatCall::on_end(const TransferEnd& end) {
  auto result = result_of(end);
  if (!result.response) return on_failure(std::move(result.failure));
  Response& response = *result.response;
  response.latency = std::chrono::duration<double>(Clock::now() - started_).count();
  response.cost = stated_cost(end).value_or(cost_of(config_, response.usage));
  finish({std::move(response), {}});
}

ChatResult ChatCall::result_of(const TransferEnd& end) {
  const bool stream_decides = end.error == TransferError::kNone || end.error == TransferError::kStopped ||
                              end.error == TransferError::kConnection;
  if (stream_ && stream_decides) return stream_->finish(end.error != TransferError::kNone);
  if (end.error != TransferError::kNone) return {std::nullopt, transfer_failure(end.error, end.message)};
  if (end.status < 200 || end.status > 299) {
    const auto wait = parse_retry_after(end.header("retry-after"), now_micros());
    return {std::nullopt, status_failure(end.status, answer_, wait)};
  }
  return parse_chat_response(answer_);
}

void ChatCall::on_failure(AttemptFailure failure) {
  if (!failure.retry || attempts_ > config_.num_retries)
    return finish({std::nullopt, redact(std::move(failure.failure), config_)});
  const double wait = wait_before_retry(config_, attempts_, failure.retry_after, random_fraction());
  log::warning("llm", "call to " + readable_text(config_.model, 100) + " failed (" + failure.failure.code +
                          "), attempt " + std::to_string(attempts_) + "; next in " + std::to_string(wait) +
                          " s");
  unless_over([&] {
    return multi_.after(wait, [self = shared_from_this()](CurlMulti::TimerEnd end) {
      if (end == CurlMulti::TimerEnd::kDue) return self->attempt();
      self->on_failure(transfer_failure(TransferError::kShutdown, "the server is shutting down"));
    });
  });
}

// Callbacks come from the client's thread only, so that a caller may hold a lock while it starts a call.
void ChatCall::fail_later(AttemptFailure failure) {
  auto outcome = Outcome{std::nullopt, redact(std::move(failure.failure), config_)};
  unless_over([&] {
    return multi_.after(0, [self = shared_from_this(), outcome = std::move(outcome)](CurlMulti::TimerEnd) {
      self->finish(outcome);
    });
  });
}

void ChatCall::finish(Outcome outcome) {
  Provider::Done done;
  {
    const std::lock_guard lock(mutex_);
    if (over_) return;
    over_ = true;
    done = std::exchange(done_, nullptr);
  }
  if (done) done(std::move(outcome));
}

void ChatCall::pass_on(std::string_view text, std::string_view reasoning) {
  std::shared_ptr<Provider::Delta> delta;
  {
    const std::lock_guard lock(mutex_);
    if (!over_) delta = delta_;
  }
  if (delta && *delta) (*delta)(text, reasoning);
}

}  // namespace collet::llm
