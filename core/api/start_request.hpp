// The body of POST /api/conversations -> what the conversation service starts.
#pragma once
#include "api/validation.hpp"
#include "conversation/service.hpp"

namespace collet::api {

/// Reads and checks; mistakes go to `validation`. `body` is an object. Members that are not known are let be,
/// as the reference does; those that ask for what is not there yet are refused by name.
conversation::StartRequest read_start_request(const json::Value& body, Validation& validation);

/// {"kind": …} of a confirmation policy or security analyzer, checked; used by their own routes too.
void check_confirmation_policy(const json::Value& policy, const Places& where, Validation& validation);
void check_security_analyzer(const json::Value& analyzer, const Places& where, Validation& validation);
/// Tags: lower-case letters and digits as keys, texts of at most 256 characters as values.
void check_tags(const json::Value& tags, const Places& where, Validation& validation);

}  // namespace collet::api
