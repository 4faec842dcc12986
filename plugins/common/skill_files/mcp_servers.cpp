#include "mcp_servers.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "text_file.hpp"

namespace collet::skill_files {
namespace {

enum class Kind { kText, kTexts, kMap, kNumber, kFlag, kAuth };

struct Member {
  std::string_view name;
  Kind kind;
};

constexpr std::array<Member, 14> kMembers = {{{"url", Kind::kText},
                                              {"transport", Kind::kText},
                                              {"command", Kind::kText},
                                              {"args", Kind::kTexts},
                                              {"env", Kind::kMap},
                                              {"cwd", Kind::kText},
                                              {"description", Kind::kText},
                                              {"icon", Kind::kText},
                                              {"timeout", Kind::kNumber},
                                              {"sse_read_timeout", Kind::kNumber},
                                              {"keep_alive", Kind::kFlag},
                                              {"headers", Kind::kMap},
                                              {"auth", Kind::kAuth},
                                              {"enabled", Kind::kFlag}}};
constexpr std::array<std::string_view, 4> kTransports = {"stdio", "http", "streamable-http", "sse"};
constexpr std::array<std::string_view, 6> kStrategies = {"none",  "api_key", "bearer",
                                                         "basic", "header",  "oauth2"};
constexpr std::array<std::string_view, 3> kShownOfAuth = {"strategy", "header_name", "username"};
constexpr std::string_view kStars = "**********";

template <std::size_t N>
bool is_one_of(const std::array<std::string_view, N>& known, std::string_view word) {
  return std::find(known.begin(), known.end(), word) != known.end();
}

bool is_text_map(const json::Value& value) {
  return value.IsObject() && std::all_of(value.MemberBegin(), value.MemberEnd(),
                                         [](const auto& member) { return member.value.IsString(); });
}

bool fits(const json::Value& value, Kind kind) {
  switch (kind) {
    case Kind::kText:
      return value.IsString();
    case Kind::kTexts:
      return value.IsArray() &&
             std::all_of(value.Begin(), value.End(), [](const auto& item) { return item.IsString(); });
    case Kind::kMap:
      return is_text_map(value);
    case Kind::kNumber:
      return value.IsNumber();
    case Kind::kFlag:
      return value.IsBool();
    case Kind::kAuth:
      return is_one_of(kStrategies, json::string_or(value, "strategy"));
  }
  return false;
}

[[noreturn]] void refuse(const std::string& name, const std::string& why) {
  throw FileError("its MCP server '" + name + "' " + why);
}

// A null counts as not given.
const json::Value* given(const json::Value& server, std::string_view member) {
  const auto* found = json::find(server, member);
  if (member == "transport" && (found == nullptr || found->IsNull())) found = json::find(server, "type");
  return found == nullptr || found->IsNull() ? nullptr : found;
}

void check(const json::Value& server, const std::string& name) {
  const auto transport = json::string_or(server, "transport");
  if (!transport.empty() && !is_one_of(kTransports, transport)) refuse(name, "has an unknown transport");
  const bool has_command = !json::string_or(server, "command").empty();
  const bool has_url = !json::string_or(server, "url").empty();
  if (transport == "stdio" && !has_command) refuse(name, "needs a command");
  if (!transport.empty() && transport != "stdio" && !has_url) refuse(name, "needs a url");
  const auto* headers = json::find(server, "headers");
  if (json::find(server, "auth") == nullptr || headers == nullptr) return;
  for (const auto& header : headers->GetObject())
    if (lower(json::view(header.name)) == "authorization")
      refuse(name, "has both auth and a header Authorization");
}

json::Value checked_server(const json::Value& from, const std::string& name, json::Allocator& allocator) {
  if (!from.IsObject()) refuse(name, "must be a mapping");
  json::Value server(rapidjson::kObjectType);
  for (const auto& [member, kind] : kMembers) {
    const auto* value = given(from, member);
    if (value == nullptr) continue;
    if (!fits(*value, kind)) refuse(name, "has a wrong '" + std::string(member) + "'");
    json::set(server, member, json::copy(*value, allocator), allocator);
  }
  if (json::string_or(server, "transport") == "shttp")
    json::set(server, "transport", std::string_view("http"), allocator);
  if (json::find(server, "enabled") == nullptr) json::set(server, "enabled", json::Value(true), allocator);
  check(server, name);
  return server;
}

void hide_values(json::Value* map) {
  if (map == nullptr || !map->IsObject()) return;
  for (auto& member : map->GetObject())
    member.value.SetString(rapidjson::StringRef(kStars.data(), kStars.size()));
}

void hide_auth(json::Value* auth) {
  if (auth == nullptr) return;
  for (auto& member : auth->GetObject()) {
    if (is_one_of(kShownOfAuth, json::view(member.name))) continue;
    if (member.value.IsObject())
      hide_values(&member.value);
    else
      member.value.SetString(rapidjson::StringRef(kStars.data(), kStars.size()));
  }
}

}  // namespace

json::Document checked_mcp_servers(const json::Value& from) {
  if (!from.IsObject()) throw FileError("its MCP servers must be a mapping of names to servers");
  const auto* wrapped = json::find(from, "mcpServers");
  const auto& servers = wrapped != nullptr ? *wrapped : from;
  json::Document out(rapidjson::kObjectType);
  if (servers.IsNull()) return out;
  if (!servers.IsObject()) throw FileError("its MCP servers must be a mapping of names to servers");
  auto& allocator = out.GetAllocator();
  for (const auto& member : servers.GetObject()) {
    const std::string name(json::view(member.name));
    json::set(out, name, checked_server(member.value, name, allocator), allocator);
  }
  return out;
}

std::string read_mcp_file(const std::filesystem::path& file) {
  const auto document = json::parse(read_text(file));
  if (!document) throw FileError("its .mcp.json is no JSON");
  if (!document->IsObject()) throw FileError("its .mcp.json must be an object");
  const auto* servers = json::find(*document, "mcpServers");
  return servers == nullptr ? std::string("{}") : json::dump(checked_mcp_servers(*servers));
}

json::Document hidden_mcp_servers(const json::Value& servers) {
  json::Document out;
  out.CopyFrom(servers, out.GetAllocator());
  for (auto& server : out.GetObject()) {
    hide_values(json::find(server.value, "env"));
    hide_values(json::find(server.value, "headers"));
    hide_auth(json::find(server.value, "auth"));
  }
  return out;
}

}  // namespace collet::skill_files
