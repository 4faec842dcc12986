// HTTP requests to the outside, through the server's one guarded client.
#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <future>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "collet/abi/host.h"
#include "collet/abi/http_client.h"
#include "collet/cancellation.hpp"
#include "collet/detail/text.hpp"

namespace collet {

struct HttpRequest {
  std::string method = "GET";
  std::string url;  ///< absolute, http or https
  Pairs headers = {};
  std::string body = {};
  std::chrono::milliseconds timeout{30'000};   ///< for all of it; the server has a limit of its own
  int max_redirects = 0;                       ///< followed to the same scheme, host and port only
  std::uint64_t max_response_bytes = 1 << 20;  ///< after decompression; the server has a limit of its own
};

struct HttpResponse {
  int status = 0;      ///< 400 and more are answers too
  Pairs headers = {};  ///< names in lower case
  std::string body = {};
};

/// How a request ended: `response` where `status` is COLLET_OK, else `error`, one line for people.
/// COLLET_INVALID: it can't be sent, or the server's policy refuses where it leads; COLLET_UNAVAILABLE: no
/// whole answer came, or it was cancelled.
struct HttpResult {
  collet_status status = COLLET_INTERNAL;
  HttpResponse response = {};
  std::string error = {};
};

/// A request under way. A movable handle; dropping it cancels the request. Lives no longer than the plugin.
class HttpCall {
 public:
  HttpCall() = default;
  HttpCall(const collet_host* host, const collet_http_client* table, collet_handle handle)
      : host_(host), table_(table), handle_(handle) {}
  HttpCall(HttpCall&& other) noexcept
      : host_(other.host_), table_(other.table_), handle_(std::exchange(other.handle_, 0)) {}
  HttpCall& operator=(HttpCall&& other) noexcept {
    std::swap(host_, other.host_);
    std::swap(table_, other.table_);
    std::swap(handle_, other.handle_);
    return *this;
  }
  HttpCall(const HttpCall&) = delete;
  HttpCall& operator=(const HttpCall&) = delete;
  ~HttpCall() { cancel(); }

  /// Its end is told all the same.
  void cancel() {
    if (handle_ != 0) table_->cancel(host_, std::exchange(handle_, 0));
  }

 private:
  const collet_host* host_ = nullptr;
  const collet_http_client* table_ = nullptr;
  collet_handle handle_ = 0;
};

/// A value. Any thread, from the plugin's start on (also within it). Throws HostError: COLLET_UNAVAILABLE
/// where too many are under way.
class HttpClient {
 public:
  HttpClient(const collet_host* host, const collet_http_client* table) : host_(host), table_(table) {}

  /// `done` is called exactly once, on a thread of the host's, perhaps before this returns; it must not
  /// block.
  HttpCall start(const HttpRequest& request, std::function<void(HttpResult)> done) const {
    const detail::PairsView headers(request.headers);
    const collet_http_request out{
        sizeof(collet_http_request),  detail::to_str(request.method),
        detail::to_str(request.url),  headers.get(),
        detail::to_str(request.body), static_cast<std::int32_t>(request.timeout.count()),
        request.max_redirects,        request.max_response_bytes};
    auto callback = std::make_unique<std::function<void(HttpResult)>>(std::move(done));
    std::string error;
    collet_handle handle = 0;
    detail::check(
        table_->start(host_, &out, callback.get(), &HttpClient::on_done, &handle, detail::into(error)),
        error);
    static_cast<void>(callback.release());  // on_done owns it now
    return {host_, table_, handle};
  }

  /// Sends and waits for the answer. Throws HostError for what is no answer. For what may block: routes and
  /// BlockingTool::run.
  HttpResponse fetch(const HttpRequest& request, const Cancellation& cancellation = {}) const {
    const auto ended = std::make_shared<std::promise<HttpResult>>();
    auto future = ended->get_future();
    HttpCall call = start(request, [ended](HttpResult result) { ended->set_value(std::move(result)); });
    while (future.wait_for(std::chrono::milliseconds(50)) != std::future_status::ready)
      if (cancellation.cancelled()) call.cancel();
    auto result = future.get();
    detail::check(result.status, result.error);
    return std::move(result.response);
  }

 private:
  static void on_done(void* context, collet_status status, const collet_http_response* response,
                      collet_str error) noexcept {
    const std::unique_ptr<std::function<void(HttpResult)>> callback(
        static_cast<std::function<void(HttpResult)>*>(context));
    try {
      HttpResult result{status, {}, detail::to_string(error)};
      if (response != nullptr)
        result.response = {response->status, detail::to_pairs(response->headers),
                           detail::to_string(response->body)};
      if (*callback) (*callback)(std::move(result));
    } catch (...) {  // nothing may cross the boundary, and there is nobody to tell
    }
  }

  const collet_host* host_;
  const collet_http_client* table_;
};

}  // namespace collet
