// What the routes of both kinds of profiles have alike. Any thread.
#pragma once
#include <string>

#include "collet/http.hpp"

namespace collet::profiles {

/// The name in a request's path. Throws a Refusal (422) unless it has 1 to 64 letters, digits, '.', '_' and
/// '-', the first a letter or digit.
std::string name_of(const Request& request);
/// The "profile_id" in a request's path. Throws a Refusal (422) where it has more than 128 characters.
std::string id_of(const Request& request);
/// The member "new_name" of a request's body, by the same rule.
std::string read_new_name(const Request& request);

/// What became of the one with this name.
Response said(const std::string& name, const std::string& message, int status = 200);
/// `kind`: "Profile".
Response renamed(const std::string& kind, const std::string& name, const std::string& to);

}  // namespace collet::profiles
