// What clients send as an `llm`: checked, with defaults, tokens decrypted.
#pragma once
#include <optional>
#include <string>

#include "collet/host.hpp"
#include "collet/json.hpp"

namespace collet::profiles {

/// The member "llm" of a request's body, completed. Throws a Refusal (422). Secrets may be stars, as they
/// were shown.
json::Document read_llm(Host& host, const json::Value& body);

/// Puts the secrets of `known` (null: nothing known) in the place of stars.
void keep_secrets(json::Value& llm, const json::Value* known, json::Allocator& allocator);
/// Makes all secrets null.
void drop_secrets(json::Value& llm);

/// Its base_url as everybody may see it: stars where a password is in it, from before that was refused.
std::optional<std::string> shown_address(const json::Value& llm);
/// Whether there is a key in it.
bool has_key(const json::Value& llm);

}  // namespace collet::profiles
