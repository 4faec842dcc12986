// The members of the settings document.
#pragma once
#include <string_view>

#include "settings/field.hpp"

namespace collet::settings {

/// The shape of agent_settings for an agent_kind; null: no such kind.
const Shape* agent_shape(std::string_view agent_kind);
const Shape& conversation_shape();

inline constexpr std::string_view kFirstAgentKind = "openhands";

}  // namespace collet::settings
