#include "settings/mcp_servers.hpp"

#include <algorithm>
#include <cctype>
#include <string>

#include "settings/settings_document.hpp"

namespace collet::settings {
namespace {

const json::Value* server_of(const json::Value& document, std::string_view name) {
  const auto* servers = json::at(document, {"agent_settings", "mcp_config"});
  return servers == nullptr ? nullptr : json::find(*servers, name);
}

std::string called(std::string_view name) { return "MCP server '" + std::string(name) + "'"; }

Error missing(std::string_view name) { return not_found(called(name) + " was not found"); }

// As a client would say it to PATCH /api/settings. Null: the server goes.
Result<json::Document> patched_with(const json::Value& document, std::string_view name,
                                    const json::Value& server) {
  json::Document patch(rapidjson::kObjectType);
  auto& allocator = patch.GetAllocator();
  json::Value servers(rapidjson::kObjectType);
  json::set(servers, name, json::copy(server, allocator), allocator);
  json::Value agent(rapidjson::kObjectType);
  json::set(agent, "mcp_config", std::move(servers), allocator);
  json::set(patch, "agent_settings_diff", std::move(agent), allocator);
  return patched(document, patch);
}

bool is_authorization(std::string_view header) {
  constexpr std::string_view kName = "authorization";
  return std::equal(header.begin(), header.end(), kName.begin(), kName.end(),
                    [](unsigned char a, char b) { return static_cast<char>(std::tolower(a)) == b; });
}

bool has_authorization(const json::Value& server) {
  const auto* headers = json::find(server, "headers");
  return headers != nullptr &&
         std::any_of(headers->MemberBegin(), headers->MemberEnd(),
                     [](const auto& member) { return is_authorization(json::view(member.name)); });
}

// What the types of its members don't say. The server is left out of a message that could show a secret.
Result<void> check(const json::Value& server, std::string_view name) {
  const auto transport = json::string_at(server, "transport");
  if (transport == "stdio" && json::find(server, "command") == nullptr)
    return invalid(called(name) + ": the transport stdio needs a command");
  if (transport && transport != "stdio" && json::find(server, "url") == nullptr)
    return invalid(called(name) + ": the transport " + std::string(*transport) + " needs a url");
  if (json::find(server, "auth") != nullptr && has_authorization(server))
    return invalid(called(name) + ": it has both auth and a header Authorization");
  return {};
}

Result<json::Document> checked(Result<json::Document> document, std::string_view name) {
  if (!document) return document;
  const auto* server = server_of(*document, name);
  if (server == nullptr) return document;  // it was a null
  if (auto good = check(*server, name); !good) return good.error();
  return document;
}

// What belonged to the old strategy, secrets among it, would stay beside the new one's.
bool changes_strategy(const json::Value& server, const json::Value& change) {
  const auto* old = json::find(server, "auth");
  const auto* now = json::find(change, "auth");
  return old != nullptr && now != nullptr && json::string_at(*now, "strategy") &&
         json::string_at(*now, "strategy") != json::string_at(*old, "strategy");
}

json::Document without_auth() { return std::move(*json::parse(R"({"auth":null})")); }

}  // namespace

Result<json::Document> with_mcp_server(const json::Value& document, std::string_view name,
                                       const json::Value& server) {
  if (server_of(document, name) != nullptr) return conflict(called(name) + " already exists");
  return checked(patched_with(document, name, server), name);
}

Result<json::Document> with_changed_mcp_server(const json::Value& document, std::string_view name,
                                               const json::Value& change) {
  const auto* server = server_of(document, name);
  if (server == nullptr) return missing(name);
  if (!changes_strategy(*server, change)) return checked(patched_with(document, name, change), name);
  auto bare = patched_with(document, name, without_auth());
  return bare ? checked(patched_with(*bare, name, change), name) : std::move(bare);
}

Result<json::Document> without_mcp_server(const json::Value& document, std::string_view name) {
  if (server_of(document, name) == nullptr) return missing(name);
  return patched_with(document, name, json::Value());
}

}  // namespace collet::settings
