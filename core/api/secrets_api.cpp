#include "api/secrets_api.hpp"

#include "api/models.hpp"
#include "api/route_helpers.hpp"
#include "api/validation.hpp"

namespace collet::api {
namespace {

using settings::SecretStore;

http::Response bad_name() {
  return http::Response::error(
      422,
      "Invalid secret name format. Must start with a letter, contain only letters, numbers, "
      "and underscores, and be 1-64 characters long.");
}

void write_entry(json::Writer& w, const SecretStore::Entry& entry) {
  w.object().member("name", entry.name).member("description", entry.description).end();
}

http::Response list(const SecretStore& store, const http::Request&) {
  const auto entries = store.list();
  if (!entries) return to_response(entries.error());
  json::Writer w;
  w.object().key("secrets").array();
  for (const auto& entry : *entries) write_entry(w, entry);
  w.end().end();
  return http::Response::json(w.take());
}

http::Response put(SecretStore& store, const http::Request& request) {
  const Body body = read_body(request, kSecretCreateRequest);
  if (!body.value) return body.refusal;
  SecretStore::Entry entry;
  entry.name = json::string_or(*body.value, "name");
  const std::string value = json::string_or(*body.value, "value");
  if (const auto description = json::string_at(*body.value, "description")) entry.description = *description;
  if (!SecretStore::is_name(entry.name)) return bad_name();
  if (const auto stored = store.put(entry, value); !stored) return to_response(stored.error());
  json::Writer w;
  write_entry(w, entry);
  return http::Response::json(w.take());
}

void get(const SecretStore& store, const PlainReads& reads, const http::Request& request, http::Reply reply) {
  const std::string name(request.param("name"));
  if (!SecretStore::is_name(name)) return reply.send(bad_name());
  auto value = store.get(name);
  if (!value) return reply.send(to_response(value.error()));
  reads.answer(request, "secret " + name, "GET /api/settings/secrets/{name}",
               http::Response::text(std::move(*value)), std::move(reply));
}

http::Response remove(SecretStore& store, const http::Request& request) {
  const std::string name(request.param("name"));
  if (!SecretStore::is_name(name)) return bad_name();
  const auto removed = store.remove(name);
  return removed ? http::Response::json(R"({"deleted":true})") : to_response(removed.error());
}

}  // namespace

Result<void> add_secret_routes(http::Router& router, SecretStore& store, const PlainReads& reads) {
  Routes routes(router);
  const std::string base = "/api/settings/secrets";
  const auto route = [&](std::string method, std::string pattern, const Operation& operation, auto handler) {
    routes.add(
        std::move(method), std::move(pattern), operation,
        http::answering([&store, handler](const http::Request& request) { return handler(store, request); }));
  };
  constexpr std::string_view kTag = "Settings";
  const Parameter name{"name", text(), Parameter::In::kPath};
  route("GET", base,
        {.name = "list_secrets",
         .tag = kTag,
         .summary = "The names of the secrets",
         .answer = &kSecretsListResponse},
        list);
  route("PUT", base,
        {.name = "create_secret",
         .tag = kTag,
         .summary = "Keep a secret, or change it",
         .body = &kSecretCreateRequest,
         .answer = &kSecretItemResponse},
        put);
  routes.add("GET", base + "/{name}",
             {.name = "get_secret_value",
              .tag = kTag,
              .summary = "A secret in clear",
              .parameters = {name},
              .answer_type = "text/plain; charset=utf-8",
              .others = {404, 503}},
             [&store, reads](const http::Request& request, http::Reply reply) {
               get(store, reads, request, std::move(reply));
             });
  route("DELETE", base + "/{name}",
        {.name = "delete_secret",
         .tag = kTag,
         .summary = "Forget a secret",
         .parameters = {name},
         .answer = &kDeleted,
         .others = {404}},
        remove);
  return routes.result();
}

}  // namespace collet::api
