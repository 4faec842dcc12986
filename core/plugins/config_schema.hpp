// Checks a plugin's section of the config against the schema that the plugin states.
//
// Keywords that are checked, at any depth: type, properties, required, additionalProperties (default: false),
// items, enum, minimum, maximum. Others are for people. Pure functions.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "collet/json.hpp"

namespace collet::plugins {

/// Parses a schema. Empty text: an object without any key. Nothing: it is no schema of an object.
std::optional<json::Document> parse_schema(std::string_view text);

/// What is wrong with `value`, one line; empty: nothing. `where` names the value: "plugins.weather".
std::string check_value(const json::Value& schema, const json::Value& value, const std::string& where);

}  // namespace collet::plugins
