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
#include "settings/settings_service.hpp"

namespace collet::api {

namespace {

using settings::Expose;

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

http::Response show(const settings::SettingsService& service, Expose how) {
  return http::Response::json(*service.document(how));
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

}  // namespace

Result<void> add_settings_routes(http::Router& router, settings::SettingsService& service,
                                 const PlainReads& reads) {
  Routes routes(router);
  // Reading copies a prepared text and recording doesn't wait, so it needs no worker.
  routes.add(
      "GET", "/api/settings",
      {.name = "get_settings",
       .tag = "Settings",
       .summary = "All settings, with their defaults",
       .parameters = {{"X-Expose-Secrets", choice("plaintext|encrypted", "Without it, secrets are hidden"),
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
       .tag = "Settings",
       .summary = "Merge a change into the settings",
       .body = &kSettingsUpdateRequest,
       .answer = &kSettingsResponse,
       .others = {400}},
      http::answering([&service](const http::Request& request) { return patch_settings(service, request); }));
  return routes.result();
}

}  // namespace collet::api
