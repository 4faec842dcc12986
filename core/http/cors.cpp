#include "http/cors.hpp"

namespace collet::http {
namespace {
constexpr const char* kMethods = "DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT";
constexpr const char* kPreflightVary =
    "Origin, Access-Control-Request-Method, Access-Control-Request-Headers, "
    "Access-Control-Request-Private-Network";
}  // namespace

std::optional<Response> Cors::preflight(const Request& request) const {
  if (request.method != "OPTIONS") return std::nullopt;
  const auto origin = request.header("origin");
  if (!origin || !request.header("access-control-request-method")) return std::nullopt;
  const bool allowed = origins_.allow(*origin);
  Response response = allowed ? Response::text("OK") : Response::text("Disallowed CORS origin", 400);
  response.headers = {{"vary", kPreflightVary},
                      {"access-control-allow-methods", kMethods},
                      {"access-control-max-age", "600"},
                      {"access-control-allow-credentials", "true"}};
  if (allowed) response.headers.emplace_back("access-control-allow-origin", *origin);
  if (const auto names = request.header("access-control-request-headers"))
    response.headers.emplace_back("access-control-allow-headers", *names);
  return response;
}

Pairs Cors::headers(const Request& request) const {
  Pairs fields;
  if (const auto origin = request.header("origin")) {
    fields.emplace_back("access-control-allow-credentials", "true");
    if (origins_.allow(*origin)) fields.emplace_back("access-control-allow-origin", *origin);
  }
  fields.emplace_back("vary", "Origin");
  return fields;
}

}  // namespace collet::http
