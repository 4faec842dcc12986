#include "api/settings_api.hpp"

#include <algorithm>
#include <cctype>
#include <optional>
#include <string>

#include "api/models.hpp"
#include "api/plain_reads.hpp"
#include "api/route_helpers.hpp"
#include "api/validation.hpp"
#include "http/message.hpp"
#include "http/router.hpp"
#include "settings/settings_schema.hpp"
#include "settings/settings_service.hpp"

namespace collet::api {

namespace {

using settings::Expose;

constexpr std::string_view kTag = "Settings";

struct Exposure {
  std::optional<Expose> how;
  http::Response refusal = {};
};

Exposure exposure_of(const http::Request& request) {
  const std::string value(request.header("x-expose-secrets").value_or(""));
  std::string lower = value;
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  if (lower.empty()) return {Expose::kRedacted};
  if (lower == "plaintext") return {Expose::kPlaintext};
  if (lower == "encrypted" || lower == "true") return {Expose::kEncrypted};
  return {std::nullopt, http::Response::error(400, "Invalid X-Expose-Secrets header value: '" + value +
                                                       "'. Valid values are: 'encrypted', 'plaintext'.")};
}

http::Response show(const settings::SettingsService& service, Expose how, int status = 200) {
  return http::Response::json(*service.document(how), status);
}

void get_settings(const settings::SettingsService& service, const PlainReads& reads,
                  const http::Request& request, http::Reply reply) {
  const auto exposure = exposure_of(request);
  if (!exposure.how) return reply.send(exposure.refusal);
  auto response = show(service, *exposure.how);
  if (*exposure.how == Expose::kRedacted) return reply.send(std::move(response));
  reads.answer(request, service.shown_secrets(),
               *exposure.how == Expose::kPlaintext ? "GET /api/settings, X-Expose-Secrets: plaintext"
                                                   : "GET /api/settings, X-Expose-Secrets: encrypted",
               std::move(response), std::move(reply));
}

http::Response patch_settings(settings::SettingsService& service, const http::Request& request) {
  const auto body = read_body(request, kSettingsUpdateRequest);
  if (!body.value) return body.refusal;
  if (auto changed = service.patch(*body.value); !changed) {
    if (changed.error().message == settings::kNothingToChange)
      return http::Response::error(400, settings::kNothingToChange);
    return to_response(changed.error());
  }
  return show(service, Expose::kRedacted);
}

http::Response after(const settings::SettingsService& service, const Result<void>& changed, int status) {
  return changed ? show(service, Expose::kRedacted, status) : to_response(changed.error());
}

http::Response add_mcp_server(settings::SettingsService& service, const http::Request& request) {
  const auto body = read_body(request, kMcpServer);
  if (!body.value) return body.refusal;
  return after(service, service.add_mcp_server(request.param("settings_key"), *body.value), 201);
}

http::Response change_mcp_server(settings::SettingsService& service, const http::Request& request) {
  const auto body = read_body(request, kMcpServerPatch);
  if (!body.value) return body.refusal;
  return after(service, service.change_mcp_server(request.param("settings_key"), *body.value), 200);
}

http::Response remove_mcp_server(settings::SettingsService& service, const http::Request& request) {
  return after(service, service.remove_mcp_server(request.param("settings_key")), 200);
}

void add_mcp_routes(Routes& routes, settings::SettingsService& service) {
  const auto route = [&](std::string method, Operation operation, auto handler) {
    operation.parameters = {{"settings_key", text("The server's name"), Parameter::In::kPath}};
    operation.answer = &kSettingsResponse;
    routes.add(std::move(method), "/api/settings/mcp/{settings_key}", operation,
               http::answering(
                   [&service, handler](const http::Request& request) { return handler(service, request); }));
  };
  route("POST",
        {.name = "create_mcp_server",
         .tag = kTag,
         .summary = "Add an MCP server",
         .body = &kMcpServer,
         .status = 201,
         .others = {409}},
        add_mcp_server);
  route("PATCH",
        {.name = "patch_mcp_server",
         .tag = kTag,
         .summary = "Merge a change into an MCP server",
         .body = &kMcpServerPatch,
         .others = {404}},
        change_mcp_server);
  route("DELETE",
        {.name = "delete_mcp_server", .tag = kTag, .summary = "Remove an MCP server", .others = {404}},
        remove_mcp_server);
}

// Answers with a text that never changes.
void add_schema_route(Routes& routes, std::string pattern, std::string_view name, std::string_view summary,
                      const std::string& schema) {
  routes.add("GET", std::move(pattern),
             {.name = name, .tag = kTag, .summary = summary, .answer = &kSettingsSchema},
             http::answering([&schema](const http::Request&) { return http::Response::json(schema); }),
             http::Lane::kInline);
}

}  // namespace

Result<void> add_settings_routes(http::Router& router, settings::SettingsService& service,
                                 const PlainReads& reads) {
  Routes routes(router);
  // Reading copies a prepared text and recording doesn't wait, so it needs no worker.
  routes.add(
      "GET", "/api/settings",
      {.name = "get_settings",
       .tag = kTag,
       .summary = "All settings, with their defaults",
       .parameters = {{"X-Expose-Secrets",
                       choice("plaintext|encrypted|true", "Without it, secrets are hidden"),
                       Parameter::In::kHeader}},
       .answer = &kSettingsResponse,
       .others = {400, 503}},
      [&service, reads](const http::Request& request, http::Reply reply) {
        get_settings(service, reads, request, std::move(reply));
      },
      http::Lane::kInline);
  routes.add(
      "PATCH", "/api/settings",
      {.name = "update_settings",
       .tag = kTag,
       .summary = "Merge a change into the settings",
       .body = &kSettingsUpdateRequest,
       .answer = &kSettingsResponse,
       .others = {400, 404}},
      http::answering([&service](const http::Request& request) { return patch_settings(service, request); }));
  add_mcp_routes(routes, service);
  add_schema_route(routes, "/api/settings/agent-schema", "get_agent_settings_schema",
                   "How to show the settings of agents", settings::agent_schema());
  add_schema_route(routes, "/api/settings/conversation-schema", "get_conversation_settings_schema",
                   "How to show the settings of conversations", settings::conversation_schema());
  return routes.result();
}

}  // namespace collet::api
