#include "api/settings_api.hpp"

#include <algorithm>
#include <cctype>
#include <optional>
#include <string>

#include "api/plain_reads.hpp"
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

/// Encrypted secrets without a key to encrypt with: clients know this answer with its status in the text.
http::Response not_available() {
  json::Writer writer;
  writer.object()
      .member("detail", "Internal Server Error")
      .member(
          "exception",
          "503: Encryption not available: OH_SECRET_KEY is not configured. Cannot return encrypted secrets.")
      .end();
  return http::Response::json(writer.take(), 503);
}

http::Response show(const settings::SettingsService& service, Expose how) {
  const auto text = service.document(how);
  if (!text) return how == Expose::kEncrypted ? not_available() : to_response(text.error());
  return http::Response::json(**text);
}

void get_settings(const settings::SettingsService& service, const PlainReads& reads,
                  const http::Request& request, http::Reply reply) {
  const auto exposure = exposure_of(request);
  if (!exposure.how) return reply.send(exposure.refusal);
  auto response = show(service, *exposure.how);
  if (*exposure.how == Expose::kRedacted || response.status != 200) return reply.send(std::move(response));
  reads.answer(request, service.shown_secrets(),
               *exposure.how == Expose::kPlaintext ? "GET /api/settings, X-Expose-Secrets: plaintext"
                                                   : "GET /api/settings, X-Expose-Secrets: encrypted",
               std::move(response), std::move(reply));
}

Validation check_members(const json::Value& body) {
  Validation validation;
  for (const auto* name : {"agent_settings_diff", "conversation_settings_diff", "misc_settings_diff"}) {
    const auto* diff = json::find(body, name);
    if (diff != nullptr && !diff->IsNull() && !diff->IsObject())
      validation.add("dict_type", {"body", name}, "Input should be a valid dictionary", diff);
  }
  for (const auto* name : {"active_profile", "active_agent_profile_id"}) {
    const auto* profile = json::find(body, name);
    if (profile != nullptr && !profile->IsNull() && !profile->IsString())
      validation.add("string_type", {"body", name}, "Input should be a valid string", profile);
  }
  return validation;
}

http::Response patch_settings(settings::SettingsService& service, const http::Request& request) {
  const auto body = read_object(request);
  if (!body.value) return body.refusal;
  const auto validation = check_members(*body.value);
  if (!validation.ok()) return validation.response();
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
  // Reading copies a prepared text and recording doesn't wait, so it needs no worker.
  auto added = router.add(http::Route{.method = "GET",
                                      .pattern = "/api/settings",
                                      .owner = "core",
                                      .lane = http::Lane::kInline,
                                      .handler = [&service, reads](http::Request request, http::Reply reply) {
                                        get_settings(service, reads, request, std::move(reply));
                                      }});
  if (!added) return added;
  return router.add(http::Route{.method = "PATCH",
                                .pattern = "/api/settings",
                                .owner = "core",
                                .handler = http::answering([&service](const http::Request& request) {
                                  return patch_settings(service, request);
                                })});
}

}  // namespace collet::api
