#include "plugins/http_feature.hpp"

#include <algorithm>
#include <memory>
#include <utility>

#include "outbound/client.hpp"
#include "plugins/boundary.hpp"
#include "plugins/guest.hpp"
#include "plugins/host_features.hpp"
#include "plugins/http_call.hpp"

namespace collet::plugins {
namespace {

outbound::Request to_request(const collet_http_request& from) {
  outbound::Request request;
  request.method = detail::to_string(from.method);
  request.url = detail::to_string(from.url);
  for (auto& [name, value] : detail::to_pairs(from.headers))
    request.headers.emplace_back(std::move(name), std::move(value));
  if (from.body.size > 0) request.body = std::make_shared<const std::string>(detail::to_string(from.body));
  if (from.timeout_ms > 0) request.timeout = from.timeout_ms / 1000.0;
  if (from.max_response_bytes > 0)
    request.max_response_bytes = static_cast<std::size_t>(from.max_response_bytes);
  request.max_redirects = std::max(from.max_redirects, 0);
  return request;
}

collet_status start(const collet_host* host, const collet_http_request* asked, void* context,
                    collet_on_http_response done, collet_handle* handle, collet_sink error) noexcept {
  return guarded(error, [&]() -> collet_status {
    Guest& guest = guest_of(host);
    outbound::Client* client = guest.household.outbound_client.load();
    if (asked->struct_size < sizeof(collet_http_request) || done == nullptr)
      return refuse(error, invalid("the request lacks a member"));
    const auto pass = guest.outward.enter();  // its end is waited for before the plugin's stop
    if (!pass || !guest.may_ask() || client == nullptr)
      return refuse(
          error, unavailable("requests can be sent from the plugin's start to its stop. " + guest.absence()));
    if (guest.http_calls.size() >= guest.household.most_open)
      return refuse(error, unavailable("too many requests are under way"));
    const auto call = std::make_shared<HttpCall>(guest, context, done);
    *handle = guest.http_calls.add(call);
    call->begin(*handle, *client, to_request(*asked));
    if (!guest.may_ask()) call->cancel();  // stopping, and perhaps not seen by it
    return COLLET_OK;
  });
}

void cancel(const collet_host* host, collet_handle handle) noexcept {
  guarded({}, [&]() -> collet_status {
    if (const auto call = guest_of(host).http_calls.find(handle)) (*call)->cancel();
    return COLLET_OK;
  });
}

}  // namespace

const collet_http_client kHttpClientFeature{sizeof(collet_http_client), start, cancel};

std::string http_queue(const std::string& plugin) { return "requests of " + plugin; }

void cancel_http_calls(Guest& guest) {
  for (const auto& [handle, call] : guest.http_calls.all()) call->cancel();
}

}  // namespace collet::plugins
