// What the settings document is and how a patch changes it. Pure; any thread.
#pragma once
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "collet/json.hpp"

namespace collet::settings {

inline constexpr std::string_view kValidationFailed = "Settings validation failed";
inline constexpr std::string_view kNothingToChange =
    "At least one of agent_settings_diff, conversation_settings_diff, misc_settings_diff, active_profile, or "
    "active_agent_profile_id must be provided";

/// The document of a new installation.
json::Document default_document();

/// The document with defaults for what it lacks. kInvalid: something in it has a wrong type.
Result<json::Document> completed(const json::Value& document);

/// Whether the body of a PATCH names anything to change.
bool changes_anything(const json::Value& patch);

/// Who names a profile in a change.
enum class Profiles {
  kUnknown,  ///< a client, of whom nobody knows whether there is such a profile: it is refused
  kKnown,    ///< who keeps the profiles
};

/// The document with the body of a PATCH applied, secrets in clear in both. Who keeps the profiles may also
/// say "llm", which replaces that of the agent as a whole, and "expect", what the active profiles must be.
/// kInvalid: kValidationFailed. kNotFound: a profile. kConflict: the active profiles are others.
Result<json::Document> patched(const json::Value& document, const json::Value& patch,
                               Profiles profiles = Profiles::kUnknown);

/// The text that GET answers: the document, its secrets as they are, with what is computed from it.
std::string shown(const json::Value& document);

}  // namespace collet::settings
