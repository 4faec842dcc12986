// Tables of fields as JSON Schemas, for the document of the API. Pure; any thread.
#pragma once
#include "collet/json.hpp"
#include "settings/field.hpp"

namespace collet::settings {

/// Writes the JSON Schema of an object with these fields, their bounds and defaults.
void describe(const Shape& shape, json::Writer& writer);

}  // namespace collet::settings
