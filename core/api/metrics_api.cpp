#include "api/metrics_api.hpp"

#include "api/route_helpers.hpp"

namespace collet::api {
namespace {

constexpr std::string_view kTextFormat = "text/plain; version=0.0.4; charset=utf-8";

}  // namespace

// On the I/O thread: it has to answer when the workers are what is stuck.
Result<void> add_metrics_route(http::Router& router, bool is_public, std::function<std::string()> text) {
  Routes routes(router);
  routes.add("GET", "/metrics",
             {.name = "get_metrics",
              .tag = "Server Details",
              .summary = "What the server counts, for Prometheus",
              .answer_type = kTextFormat},
             http::answering([text = std::move(text)](const http::Request&) {
               auto response = http::Response::text(text());
               response.content_type = kTextFormat;
               return response;
             }),
             http::Lane::kInline, is_public ? http::Access::kPublic : http::Access::kSession);
  return routes.result();
}

}  // namespace collet::api
