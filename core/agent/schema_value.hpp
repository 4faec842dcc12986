// What a JSON schema says of one value, without what is in it. For a tool's arguments and a plugin's config.
//
// Pure functions.
#pragma once
#include <string>

#include "collet/json.hpp"

namespace collet::agent {

/// What the value should be and isn't, as words behind "must be": "of type integer", "at most 100"; empty:
/// nothing is wrong. Keywords: type (a name or a list), enum, minimum, maximum, exclusiveMinimum,
/// exclusiveMaximum, minLength, maxLength (characters), minItems, maxItems. As JSON schema has it, 2.0 is an
/// integer.
std::string wanted_instead(const json::Value& schema, const json::Value& value);

/// Whether the keywords that are checked, here and by those who look into objects and arrays, have the form
/// that they must have; at any depth.
bool is_well_formed(const json::Value& schema);

}  // namespace collet::agent
