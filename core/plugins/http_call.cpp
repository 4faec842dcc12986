#include "plugins/http_call.hpp"

#include <utility>

#include "base/log.hpp"
#include "plugins/boundary.hpp"
#include "plugins/guest.hpp"
#include "plugins/http_feature.hpp"

namespace collet::plugins {

namespace {

Error cancelled_end() { return unavailable("the request was cancelled"); }

}  // namespace

void HttpCall::begin(std::uint64_t handle, outbound::Client& client, outbound::Request request) {
  bool cancelled = false;
  {
    const std::lock_guard lock(mutex_);
    handle_ = handle;
    cancelled = finished_;
  }
  if (cancelled) return post(cancelled_end());
  auto ticket = client.start(
      std::move(request),
      [self = shared_from_this()](Result<outbound::Response> outcome) { self->finish(std::move(outcome)); });
  {
    const std::lock_guard lock(mutex_);
    if (!finished_) {
      ticket_ = std::move(ticket);
      return;
    }
  }
  ticket.cancel();  // cancelled meanwhile, or at its end already
}

void HttpCall::cancel() {
  outbound::Client::Ticket ticket;
  {
    const std::lock_guard lock(mutex_);
    ticket = std::exchange(ticket_, {});
  }
  ticket.cancel();
  finish(cancelled_end());
}

void HttpCall::finish(Result<outbound::Response> outcome) {
  {
    const std::lock_guard lock(mutex_);
    if (std::exchange(finished_, true)) return;
    if (handle_ == 0) return;  // cancelled before its begin, which tells
  }
  post(std::move(outcome));
}

void HttpCall::post(Result<outbound::Response> outcome) {
  const auto shared = std::make_shared<const Result<outbound::Response>>(std::move(outcome));
  guest_.household.completions.post(http_queue(guest_.name),
                                    [self = shared_from_this(), shared] { self->tell(*shared); });
}

void HttpCall::tell(const Result<outbound::Response>& outcome) {
  const auto pass = guest_.outward.enter();
  if (!pass) return;
  const auto thrown = caught([&] {
    if (!outcome) {
      done_(context_, to_status(outcome.error().kind), nullptr, detail::to_str(outcome.error().message));
      return;
    }
    const detail::PairsView headers(outcome->headers);
    const collet_http_response response{sizeof(collet_http_response), outcome->status, headers.get(),
                                        detail::to_str(outcome->body)};
    done_(context_, COLLET_OK, &response, {});
  });
  if (!thrown.empty()) guest_.log_error("the end of a request threw: " + thrown);
  std::uint64_t handle = 0;
  {
    const std::lock_guard lock(mutex_);
    handle = handle_;
  }
  guest_.http_calls.take(handle);
}

}  // namespace collet::plugins
