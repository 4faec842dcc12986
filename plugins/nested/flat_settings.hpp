// The flat settings document of the older bootstrap, and what it comes to in the server's own. Pure; any
// thread.
#pragma once
#include <optional>
#include <string>

#include "collet/json.hpp"

namespace collet::nested {

/// The members that the older form knows, with their defaults, from the body of a request; others are left
/// out. Throws a Refusal (422).
json::Document read_settings(const json::Value& body);

/// `given` over `stored` (null: nothing stored): where a key, a model or an address is null, the stored one
/// stays.
json::Document merged_settings(const json::Value& given, const json::Value* stored);

/// The body of a change of the server's settings (collet/abi/management.h).
std::string settings_change(const json::Value& settings);

/// The older form of MCP servers, {"sse_servers", "stdio_servers", "shttp_servers"}, as the settings have
/// them. Throws a Refusal (422); `where`: "mcp_config".
json::Value read_mcp_servers(const json::Value& config, const std::string& where, json::Allocator& allocator);

}  // namespace collet::nested
