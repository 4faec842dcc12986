// The body of POST /api/conversations -> what the conversation service starts.
#pragma once
#include "api/validation.hpp"
#include "conversation/service.hpp"

namespace collet::api {

/// Reads a body that fits kStartConversationRequest. Members that are not known are let be, as the reference
/// does; an agent that can't be had here goes to `validation`, and nothing is to be started then.
conversation::StartRequest read_start_request(const json::Value& body, Validation& validation);

// Checks of the models' members.
void check_agent(const json::Value& agent, const Places& where, Validation& validation);
/// {"llm": {"model": …}, …}
void check_agent_settings(const json::Value& settings, const Places& where, Validation& validation);
/// {"kind": …}
void check_confirmation_policy(const json::Value& policy, const Places& where, Validation& validation);
void check_security_analyzer(const json::Value& analyzer, const Places& where, Validation& validation);
/// Lower-case letters and digits as keys, texts of at most 256 characters as values.
void check_tags(const json::Value& tags, const Places& where, Validation& validation);
void check_workspace(const json::Value& workspace, const Places& where, Validation& validation);

}  // namespace collet::api
