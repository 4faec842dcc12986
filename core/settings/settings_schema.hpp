// The settings as forms that clients show: settings_form's sections and words with settings_fields' types,
// defaults and choices. Any thread; the texts are made once and stay.
#pragma once
#include <string>

namespace collet::settings {

/// What GET /api/settings/agent-schema answers.
const std::string& agent_schema();
/// What GET /api/settings/conversation-schema answers.
const std::string& conversation_schema();

}  // namespace collet::settings
