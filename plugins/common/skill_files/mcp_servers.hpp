// MCP servers as skills, agents and .mcp.json name them.
#pragma once
#include <filesystem>
#include <string>

#include "collet/json.hpp"

namespace collet::skill_files {

/// A map of servers, alone or under "mcpServers", with what the settings know of each, in their order;
/// `type` becomes `transport`, other members are dropped. Variables (${NAME}) stay. Pure. Throws FileError:
/// a wrong type, or a server without what its transport needs.
json::Document checked_mcp_servers(const json::Value& given);

/// The servers of a file, JSON object text. Throws FileError.
std::string read_mcp_file(const std::filesystem::path& file);

/// What checked_mcp_servers gave, with stars for its secrets: values of `env` and `headers`, keys and
/// passwords in `auth`.
json::Document hidden_mcp_servers(const json::Value& servers);

}  // namespace collet::skill_files
