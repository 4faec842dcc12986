// The secrets of a conversation as clients send them: {"NAME": "value" | {"kind": "StaticSecret" |
// "LookupSecret", …}}.
#pragma once
#include <string>

#include "api/validation.hpp"

namespace collet::api {

/// One source, under a name; mistakes go to `validation`.
void check_secret_source(const json::Value& source, const Places& where, Validation& validation);

/// The form in which conversations keep them, each with its kind, JSON object text. `secrets`: checked, an
/// object.
std::string secret_sources(const json::Value& secrets);

}  // namespace collet::api
