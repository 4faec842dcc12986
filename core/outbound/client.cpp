#include "outbound/client.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <mutex>
#include <shared_mutex>
#include <utility>

#include "outbound/curl_multi.hpp"
#include "outbound/request_check.hpp"

namespace collet::outbound {
namespace {

constexpr std::string_view kShuttingDown = "the server is shutting down";

using Clock = std::chrono::steady_clock;

bool is_redirect(int status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

CurlMulti::Options transport(const Client::Options& options) {
  CurlMulti::Options out;
  out.max_response_bytes = options.most_response_bytes;
  out.ca_file = options.ca_file;
  out.names = options.names;
  return out;
}

Error failure(const Url& url, const TransferEnd& end) {
  const std::string where = url.origin() + ": ";
  switch (end.error) {
    case TransferError::kRefused:
      return invalid(where + end.message + " (outbound.allow in the configuration)");
    case TransferError::kTimeout:
      return unavailable(where + "no answer in time");
    case TransferError::kTls:
      return unavailable(where + "its certificate is not trusted");
    case TransferError::kShutdown:
      return unavailable(std::string(kShuttingDown));
    default:
      return unavailable(where + end.message);
  }
}

}  // namespace

struct Client::Parts {
  explicit Parts(Options from)
      : options(std::make_shared<const Options>(std::move(from))),
        under_way(std::make_shared<std::atomic<std::size_t>>(0)),
        multi(std::make_unique<CurlMulti>(transport(*options))) {}

  std::shared_ptr<const Options> options;
  std::shared_ptr<std::atomic<std::size_t>> under_way;
  std::shared_mutex mutex;           // held alone to stop
  std::unique_ptr<CurlMulti> multi;  // none: stopped
};

/// One request with its redirects. Lives as long as a transfer or timer of it does.
class Client::Call : public std::enable_shared_from_this<Call> {
 public:
  Call(Parts& parts, Request request, Done done)
      : multi_(*parts.multi),
        options_(parts.options),
        under_way_(parts.under_way),
        number_(++*under_way_),
        request_(std::move(request)),
        done_(std::move(done)) {}
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;
  ~Call() { --*under_way_; }

  void begin() {
    if (number_ > options_->most_requests) return refuse(unavailable("too many requests are under way"));
    auto url = check_request(request_, *options_);
    if (!url) return refuse(url.error());
    url_ = std::move(*url);
    deadline_ = Clock::now() +
                std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(request_.timeout));
    attempt();
  }

  void cancel() {
    ended_ = true;
    const std::lock_guard lock(mutex_);
    ticket_.cancel();
  }

 private:
  void attempt() {
    Transfer transfer;
    transfer.url = request_.url;
    transfer.headers = request_.headers;
    transfer.body = request_.body;
    transfer.method = request_.method;
    transfer.max_response_bytes = request_.max_response_bytes;
    transfer.timeout = std::max(0.001, std::chrono::duration<double>(deadline_ - Clock::now()).count());
    transfer.may_connect = [options = options_,
                            listed = options_->policy.lists_name(url_)](const Address& address) {
      return listed || options->policy.allows_address(address);
    };
    auto self = shared_from_this();
    TransferCallbacks callbacks{
        [self](int status, std::string_view piece) { return self->on_body(status, piece); },
        [self](TransferEnd end) { self->on_end(std::move(end)); }};
    const std::lock_guard lock(mutex_);  // the end may come, and go on, before the ticket is kept
    keep(multi_.start(std::move(transfer), std::move(callbacks)));
  }

  bool on_body(int status, std::string_view piece) {
    if (!follows(status)) response_.body.append(piece);
    return !ended_;
  }

  void on_end(TransferEnd end) {
    if (end.error != TransferError::kNone) return finish(failure(url_, end));
    const std::string location(end.header("location"));
    if (follows(end.status) && !location.empty()) return redirect(end.status, location);
    response_.status = end.status;
    response_.headers = std::move(end.headers);
    finish(std::move(response_));
  }

  bool follows(int status) const { return request_.max_redirects > 0 && is_redirect(status); }

  void redirect(int status, const std::string& location) {
    if (++redirects_ > request_.max_redirects)
      return finish(unavailable(url_.origin() + ": more than " + std::to_string(request_.max_redirects) +
                                " redirects"));
    std::string target = resolve_reference(request_.url, location);
    auto url = parse_url(target);
    if (!url || url->has_user) return finish(unavailable(url_.origin() + ": redirects to no URL"));
    if (!url->same_origin(url_))
      return finish(unavailable(url_.origin() + ": redirects to " + url->origin() +
                                "; only redirects to the same server are followed"));
    // As browsers do: a POST that was answered so is done, the other page is to be read.
    const bool becomes_get =
        (status == 303 && request_.method != "HEAD") || (status < 303 && request_.method == "POST");
    if (becomes_get) {
      request_.method = "GET";
      request_.body.reset();
    }
    request_.url = std::move(target);
    url_ = std::move(*url);
    attempt();
  }

  void refuse(Error error) {
    const std::lock_guard lock(mutex_);
    keep(multi_.after(0, [self = shared_from_this(), error = std::move(error)](CurlMulti::TimerEnd) {
      self->finish(error);
    }));
  }

  void finish(Result<Response> outcome) {
    if (ended_.exchange(true)) return;
    const auto done = std::move(done_);
    if (done) done(std::move(outcome));
  }

  // With mutex_ held.
  void keep(CurlMulti::Ticket ticket) {
    ticket_ = ticket;
    if (ended_) ticket_.cancel();  // it was cancelled on the way here
  }

  CurlMulti& multi_;  // alive whenever its thread calls us
  const std::shared_ptr<const Options> options_;
  const std::shared_ptr<std::atomic<std::size_t>> under_way_;
  const std::size_t number_;
  Request request_;
  Done done_;
  Url url_;
  Clock::time_point deadline_;
  Response response_;
  int redirects_ = 0;
  std::atomic<bool> ended_ = false;
  std::mutex mutex_;  // guards ticket_
  CurlMulti::Ticket ticket_;
};

void Client::Ticket::cancel() const {
  if (const auto call = call_.lock()) call->cancel();
}

Client::Client(Options options) : parts_(std::make_unique<Parts>(std::move(options))) {}

Client::~Client() { stop(); }

void Client::stop() {
  std::unique_ptr<CurlMulti> ending;
  {
    const std::lock_guard lock(parts_->mutex);
    ending = std::move(parts_->multi);
  }
}  // its end calls each Done, which may call start()

Client::Ticket Client::start(Request request, Done done) {
  std::shared_lock lock(parts_->mutex);
  if (!parts_->multi) {
    lock.unlock();
    if (done) done(unavailable(std::string(kShuttingDown)));
    return {};
  }
  const auto call = std::make_shared<Call>(*parts_, std::move(request), std::move(done));
  call->begin();
  return Ticket(call);
}

}  // namespace collet::outbound
