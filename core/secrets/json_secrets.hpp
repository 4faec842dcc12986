// Knows which members of stored and echoed JSON are secret (llm.api_key, AWS keys, MCP env and headers,
// secret sources, URLs with a password, …) and seals, opens or hides them in place. Names are compared
// without case, "_" and "-". Pure; any thread.
#pragma once
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "collet/json.hpp"
#include "secrets/key_ring.hpp"
#include "secrets/sealed_box.hpp"

namespace collet::secrets {

inline constexpr std::string_view kRedacted = "**********";

/// Whether a member of this name, or of one like it (apiKey, API-Key, api_keys, secret), is a secret or a map
/// of secrets.
bool is_secret_name(std::string_view name);

/// Calls `visit` for each secret string of the document, at any depth. Nulls and empty strings are none.
void for_each_secret(json::Value& document, const std::function<void(json::Value& secret)>& visit);

/// The same, with the name that a text has in a map like `env` or `headers`, whose values need not all be
/// secret; empty for every other.
void for_each_named_secret(
    json::Value& document,
    const std::function<void(json::Value& secret, std::string_view name_in_map)>& visit);

/// Where the secrets stand that for_each_secret finds: "agent_settings.llm.api_key", "…headers.X-Key".
std::vector<std::string> secret_paths(const json::Value& document);

/// Seals each secret. Not for a document that is sealed already: it would be sealed twice.
void seal_secrets(json::Value& document, const SealedBox& box, std::string_view context,
                  json::Allocator& allocator);
/// Opens each sealed secret. On failure the document may be half opened: drop it. Secrets in clear stay.
Result<void> open_secrets(json::Value& document, const SealedBox& box, std::string_view context,
                          json::Allocator& allocator);

/// Decrypts each secret that is a Fernet token of `ring`. kInvalid: one is a token of another key; it would
/// be kept as the secret itself, so drop the document. What only begins like a token stays as it is, or
/// becomes null.
enum class BrokenToken { kKeep, kNull };
Result<void> decrypt_tokens(json::Document& document, const KeyRing& ring, BrokenToken broken);

enum class Redaction {
  kStars,    ///< "**********": settings, full_state
  kLlmNull,  ///< single keys (api_key, …) become null, as conversation documents show them; members of maps
             ///< get stars
};
void redact_secrets(json::Value& document, json::Allocator& allocator, Redaction how = Redaction::kStars);
/// For request bodies that an error echoes: what stands under a secret's name, of whatever type and form,
/// becomes "<redacted>", and so do all of a member `value` and a URL with a user in it.
void redact_echo(json::Value& document, json::Allocator& allocator);
/// Every text, number and truth value in it becomes "<redacted>".
void redact_all(json::Value& value, json::Allocator& allocator);

/// Where `patch` has the stars that redact_secrets shows, puts the secret that `current` has in the same
/// place, so that a document sent back as it was shown changes nothing. Without one there the member becomes
/// null.
void keep_redacted(json::Value& patch, const json::Value& current, json::Allocator& allocator);

}  // namespace collet::secrets
