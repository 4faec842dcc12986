#include "api/init_api.hpp"

#include "api/models.hpp"
#include "api/route_helpers.hpp"
#include "api/validation.hpp"
#include "http/message.hpp"

namespace collet::api {
namespace {

constexpr std::string_view kTag = "Init";

http::Response not_deferred() {
  return http::Response::error(
      404, "server is not running with deferred_init=True; the /api/init endpoint is not available");
}

http::Response show(const Initialization::Status& status) {
  json::Writer w;
  w.object().member("state", status.state).member("error", status.error).end();
  return http::Response::json(w.take());
}

http::Response get(const Initialization& initialization) {
  const auto status = initialization.status();
  return status ? show(*status) : not_deferred();
}

http::Response post(Initialization& initialization, const http::Request& request) {
  if (!initialization.admits(request.header("x-init-api-key").value_or("")))
    return http::Response::error(401, "Unauthorized");
  if (!initialization.status()) return not_deferred();
  const Body body = read_body(request, kInitRequest);
  if (!body.value) return body.refusal;
  const auto done = initialization.initialize(*body.value);
  if (done) return show(*initialization.status());
  switch (done.error().kind) {
    case Error::Kind::kConflict:
      return http::Response::error(400, done.error().message);
    case Error::Kind::kInvalid:
      return http::Response::error(422, done.error().message);
    default:  // whoever may initialise the server is told what is wrong with it
      return http::Response::error(500, done.error().message);
  }
}

}  // namespace

Result<void> add_init_routes(http::Router& router, Initialization& initialization) {
  Routes routes(router);
  routes.add("GET", "/api/init",
             {.name = "get_init_status",
              .tag = kTag,
              .summary = "Whether a server that was started dormant is ready",
              .answer = &kInitStatus,
              .others = {404}},
             http::answering([&initialization](const http::Request&) { return get(initialization); }),
             http::Lane::kInline, http::Access::kPublic);
  // A header of its own: the session keys come in the body only.
  routes.add(
      "POST", "/api/init",
      {.name = "initialize_server",
       .tag = kTag,
       .summary = "Give a dormant server its keys and its place on disk (X-Init-API-Key: the secret key "
                  "that it was started with, if any)",
       .body = &kInitRequest,
       .answer = &kInitStatus,
       .others = {400, 401, 404, 500},
       .key = "InitAPIKeyHeader"},
      http::answering(
          [&initialization](const http::Request& request) { return post(initialization, request); }),
      http::Lane::kWorker, http::Access::kPublic);
  return routes.result();
}

http::Response dormant_response(std::string_view state) {
  json::Writer w;
  w.object().member("detail", "Internal Server Error");
  w.member("exception",
           "503: server is in deferred-init state '" + std::string(state) + "'; call POST /api/init first");
  w.end();
  return http::Response::json(w.take(), 503);
}

Result<void> add_dormant_routes(http::Router& router, const Initialization& initialization) {
  const auto state = [&initialization] {
    const auto status = initialization.status();
    return status ? status->state : std::string_view("dormant");
  };
  for (const auto* method : {"GET", "POST", "PUT", "PATCH", "DELETE"}) {
    auto added = router.add(
        {.method = method,
         .pattern = "/api/{rest...}",
         .owner = "core",
         .access = http::Access::kPublic,
         .lane = http::Lane::kInline,
         .handler = http::answering([state](const http::Request&) { return dormant_response(state()); })});
    if (!added) return added;
  }
  return router.add(
      {.pattern = "/sockets/{rest...}",
       .owner = "core",
       .refuse = [state](const http::Request&) { return std::optional(dormant_response(state())); },
       .on_open = [](const std::shared_ptr<http::WebSocket>&, const http::Request&) {}});
}

}  // namespace collet::api
