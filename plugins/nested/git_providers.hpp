// Tokens of git providers: how they are sent, kept and given to commands. Pure; any thread.
#pragma once
#include <string>

#include "collet/json.hpp"

namespace collet::nested {

/// The providers of a request, {NAME: {"token", "user_id", "host", "repositories"}}, from either form:
/// {"provider_tokens": {NAME: {…}}} or {"providers": [{"type": NAME, "token": …, "repositories": […]}]}.
/// Throws a Refusal (422).
json::Document read_providers(const json::Value& body);

/// `given` with the stored tokens where it has empty ones. Providers that are not given are gone.
json::Document merged_providers(const json::Value& given, const json::Value& stored);

/// The tokens as secrets of a conversation, {"GITHUB_TOKEN": {"kind": "StaticSecret", …}}: those whose filter
/// lets the repository ("owner/name"; empty: the conversation names none).
json::Value token_secrets(const json::Value& providers, const std::string& repository,
                          json::Allocator& allocator);

/// Whether a pattern ("owner/name", '*' stands for any characters) fits, in any case.
bool fits(const std::string& pattern, const std::string& repository);

}  // namespace collet::nested
