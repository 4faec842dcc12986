#include "secret_steps.hpp"

#include <algorithm>
#include <cctype>
#include <optional>
#include <string>
#include <vector>

#include "collet/problems.hpp"
#include "operations.hpp"

namespace collet::nested {
namespace {

struct Secret {
  std::string name;
  std::optional<std::string> value, description;
};

Response message(const std::string& text, int status) {
  json::Writer w;
  w.object().member("message", text).end();
  return Response::json(w.take(), status);
}

Response taken(const std::string& name) {
  const std::string text = "Secret " + name + " already exists";
  json::Writer w;
  w.object().member("message", text).member("detail", text).end();
  return Response::json(w.take(), 400);
}

bool is_name(std::string_view name) {
  return !name.empty() && name.size() <= 64 && std::isalpha(static_cast<unsigned char>(name[0])) != 0 &&
         std::all_of(name.begin(), name.end(),
                     [](unsigned char c) { return c < 0x80 && (std::isalnum(c) != 0 || c == '_'); });
}

void check_name(Problems& problems, const Problems::Place& place, std::string_view name) {
  if (!is_name(name))
    problems.add(
        "value_error", place,
        "Value error, a secret's name has a letter, then letters, digits and underscores; at most 64",
        collet::detail::json_quoted(name));
}

std::optional<std::string> text_of(const json::Value& object, const std::string& name, Problems& problems,
                                   bool required) {
  const auto* value = json::find(object, name);
  if (value == nullptr || value->IsNull()) {
    if (required) problems.missing({"body", name}, "\"<redacted>\"");
    return std::nullopt;
  }
  if (!value->IsString()) {
    problems.add("string_type", {"body", name}, "Input should be a valid string", "\"<redacted>\"");
    return std::nullopt;
  }
  return std::string(json::view(*value));
}

// One of {"secrets": {NAME: "value" or {"value", "description"}}} and {"custom_secrets": {NAME: {"secret",
// …}}}.
Secret read_entry(const std::string& list, const json::Value& name, const json::Value& from,
                  Problems& problems) {
  Secret secret{std::string(json::view(name)), std::nullopt, std::nullopt};
  const Problems::Place place = {"body", list, secret.name};
  check_name(problems, place, secret.name);
  if (from.IsString()) secret.value = std::string(json::view(from));
  for (const auto* member : {"value", "secret"})
    if (const auto value = json::string_at(from, member); value && !secret.value)
      secret.value = std::string(*value);
  if (const auto about = json::string_at(from, "description")) secret.description = std::string(*about);
  if (!secret.value)
    problems.add("string_type", place, "Input should be a text, or an object with a text as its value",
                 "\"<redacted>\"");
  return secret;
}

// All or nothing is checked before the first is stored.
Response put_all(Host& host, const std::string& list, const json::Value& entries) {
  Problems problems;
  if (!entries.IsObject())
    problems.add("dict_type", {"body", list}, "Input should be a valid dictionary", "\"<redacted>\"");
  problems.check();
  std::vector<Secret> secrets;
  for (const auto& entry : entries.GetObject())
    secrets.push_back(read_entry(list, entry.name, entry.value, problems));
  problems.check();
  for (const auto& secret : secrets)
    host.management().put_secret(secret.name, secret.value.value_or(""), secret.description);
  return message("Secrets stored successfully", 200);
}

Response post(Host& host, const Request& request) {
  const auto body = read_object(request);
  for (const std::string list : {"secrets", "custom_secrets"})
    if (const auto* entries = json::find(static_cast<const json::Value&>(body), list); entries != nullptr)
      return put_all(host, list, *entries);
  Problems problems;
  const auto name = text_of(body, "name", problems, true), value = text_of(body, "value", problems, true);
  const auto description = text_of(body, "description", problems, false);
  if (name) check_name(problems, {"body", "name"}, *name);
  problems.check();
  try {
    host.management().put_secret(*name, *value, description, /*only_new=*/true);
  } catch (const HostError& error) {
    if (error.status() != COLLET_CONFLICT) throw;
    return taken(*name);
  }
  return message("Secret created successfully", 201);
}

Refusal no_such_secret(const std::string& name) {
  return refused(404, "Secret with ID " + name + " not found. GET /api/secrets lists those that there are.");
}

Response put(Host& host, const Request& request) {
  const std::string id(request.param("secret_id"));
  const auto body = read_object(request);
  Problems problems;
  const auto name = text_of(body, "name", problems, true);
  const auto description = text_of(body, "description", problems, false);
  if (name) check_name(problems, {"body", "name"}, *name);
  problems.check();
  try {
    host.management().rename_secret(id, *name, description);
  } catch (const HostError& error) {
    if (error.status() == COLLET_NOT_FOUND) throw no_such_secret(id);
    if (error.status() != COLLET_CONFLICT) throw;
    return taken(*name);
  }
  return message("Secret updated successfully", 200);
}

Response remove(Host& host, const Request& request) {
  const std::string id(request.param("secret_id"));
  try {
    host.management().erase_secret(id);
  } catch (const HostError& error) {
    if (error.status() == COLLET_NOT_FOUND) throw no_such_secret(id);
    throw;
  }
  return message("Secret deleted successfully", 200);
}

}  // namespace

void add_secret_routes(Setup& setup, const Bootstrap& bootstrap) {
  Host& host = setup.host();
  // Listing needs no settings: it is how a manager looks what there is.
  setup.get(
      "/api/secrets",
      [&host](const Request&) {
        return Response::json("{\"custom_secrets\":" + host.management().list_secrets() + "}");
      },
      operations::list_secrets());
  const auto step = [&host, &bootstrap](auto handler) {
    return answering([&host, &bootstrap, handler](const Request& request) {
      bootstrap.need_settings();
      return handler(host, request);
    });
  };
  setup.post("/api/secrets", step(post), operations::add_secrets());
  setup.put("/api/secrets/{secret_id}", step(put), operations::change_secret());
  setup.del("/api/secrets/{secret_id}", step(remove), operations::delete_secret());
}

}  // namespace collet::nested
