// The MCP servers of the agent settings, one by one. Pure; any thread.
#pragma once
#include <string_view>

#include "base/result.hpp"
#include "collet/json.hpp"

namespace collet::settings {

/// Each takes the settings document and gives a changed one, secrets in clear in both. A secret given as the
/// stars that are shown stays as it is. kInvalid: a wrong type, or what the server needs is missing.

/// kConflict: there is one of this name.
Result<json::Document> with_mcp_server(const json::Value& document, std::string_view name,
                                       const json::Value& server);
/// Merges `change` into the server; a null deletes, in its maps too. Another `auth.strategy` starts from
/// nothing. kNotFound: there is none of this name.
Result<json::Document> with_changed_mcp_server(const json::Value& document, std::string_view name,
                                               const json::Value& change);
/// kNotFound: there is none of this name.
Result<json::Document> without_mcp_server(const json::Value& document, std::string_view name);

}  // namespace collet::settings
