// Says what is wrong with a settings object, where normalise() and takes_urls() only refuse it. Pure; any
// thread.
#pragma once
#include <string>

#include "collet/json.hpp"
#include "settings/field.hpp"

namespace collet::settings {

/// What is wrong, in the form of the API's validation errors: a JSON array of {"type", "loc", "msg",
/// "input"}, `loc` within the object, secrets in `input` hidden. "[]": they take it.
std::string problems(const json::Value& object, const Shape& shape);

}  // namespace collet::settings
