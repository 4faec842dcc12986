// Checks a plugin's section of the config against the schema that the plugin states.
//
// Keywords that are checked, at any depth: those of agent/schema_value.hpp; properties, required,
// additionalProperties (default: false), items. Others are for people. Pure functions.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "collet/json.hpp"

namespace collet::plugins {

/// Parses a schema. Empty text: an object without any key. Nothing: it is no schema of an object, or one of
/// the keywords that are checked has not the form that it must have.
std::optional<json::Document> parse_schema(std::string_view text);

/// What is wrong with `value`, one line; empty: nothing. `where` names the value: "plugins.weather".
std::string check_value(const json::Value& schema, const json::Value& value, const std::string& where);

/// Puts in what is missing and has a `default` in the properties of its schema.
void fill_defaults(const json::Value& schema, json::Value& value, json::Allocator& allocator);

}  // namespace collet::plugins
