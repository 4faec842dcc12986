#include "secrets/json_secrets.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>
#include <set>

#include "collet/web_address.hpp"
#include "secrets/fernet.hpp"

namespace collet::secrets {

namespace {

/// Members that are a secret by themselves; as plain_name() has their names.
constexpr std::array<std::string_view, 15> kNames = {
    "apikey",       "awsaccesskeyid", "awssecretaccesskey", "awssessiontoken", "criticapikey",
    "clientsecret", "accesstoken",    "refreshtoken",       "password",        "secretkey",
    "httptoken",    "posthogapikey",  "sessionapikey",      "authtoken",       "token"};

/// Members that are maps whose values are all secret, or objects (secret sources) that hold one.
constexpr std::array<std::string_view, 6> kMaps = {"env",     "acpenv",       "headers",
                                                   "secrets", "extraheaders", "secretsources"};

/// Members that are maps of objects by names that people choose: a server called "env" is no secret, nor is
/// what a JSON Schema says of a member "password".
constexpr std::array<std::string_view, 3> kNamed = {"mcpconfig", "mcpservers", "properties"};

/// A token, an object of credentials, or a word for how to get some.
constexpr std::string_view kAuth = "auth";
constexpr std::string_view kAuthWord = "oauth";

constexpr std::size_t kLongestName = 64;

template <std::size_t N>
bool is_one_of(const std::array<std::string_view, N>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// How clients write a name makes no difference: api_key, apiKey, API-Key.
std::string plain_name(std::string_view name) {
  std::string plain;
  if (name.size() > kLongestName) return plain;
  for (const char c : name)
    if (c != '_' && c != '-' && c != ' ')
      plain += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return plain;
}

bool is_url_name(std::string_view plain) { return plain.ends_with("url") || plain.ends_with("endpoint"); }

// A URL with a password in it; or what sealing, showing and encrypting made of one.
bool is_hidden_url(const json::Value& value) {
  if (!value.IsString()) return false;
  const auto text = json::view(value);
  return has_url_user(text) || SealedBox::is_sealed(text) || text == kRedacted || fernet::is_token(text);
}

// In the place of a map of servers one server, whose name is that of the map.
bool is_server(const json::Value& value) {
  return std::any_of(value.MemberBegin(), value.MemberEnd(),
                     [](const auto& member) { return !member.value.IsObject() && !member.value.IsNull(); });
}

/// Secret sources and MCP credentials keep their secret in a member of the plain name `value`.
bool holds_value(const json::Value& object) {
  return json::string_at(object, "kind") == "StaticSecret" || json::find(object, "strategy") != nullptr;
}

bool is_secret_text(const json::Value& value) { return value.IsString() && value.GetStringLength() > 0; }

/// A place where a secret stands, or may stand.
struct Place {
  json::Value& value;
  const json::Value* other;  ///< what the document beside it has in the same place
  bool in_map;
  std::string_view name = {};  ///< of a text in a map that is no declaration of secrets; else empty
};
using Visit = std::function<void(const Place&)>;

void walk(json::Value& value, const json::Value* other, const Visit& visit);

// Where a secret stands in a form that we don't know, each of its texts may be it.
void walk_texts(json::Value& value, const Visit& visit) {
  if (value.IsString()) {
    visit({value, nullptr, true});
  } else if (value.IsArray()) {
    for (auto& item : value.GetArray()) walk_texts(item, visit);
  } else if (value.IsObject()) {
    for (auto& member : value.GetObject())
      if (member.name != "kind" && member.name != "description") walk_texts(member.value, visit);
  }
}

bool is_source(const json::Value& value) {
  return value.IsObject() &&
         (holds_value(value) || json::find(value, "value") != nullptr ||
          json::string_at(value, "kind") == "LookupSecret" || json::find(value, "url") != nullptr);
}

void walk_map(json::Value& map, const json::Value* other, bool declares_secrets, const Visit& visit) {
  for (auto& member : map.GetObject()) {
    const auto* beside = other == nullptr ? nullptr : json::find(*other, json::view(member.name));
    if (member.value.IsArray() || (member.value.IsObject() && !is_source(member.value))) {
      walk_texts(member.value, visit);
      continue;
    }
    if (!member.value.IsObject()) {
      const auto name = declares_secrets ? std::string_view() : json::view(member.name);
      visit({member.value, beside, true, name});
      continue;
    }
    if (auto* secret = json::find(member.value, "value"); secret != nullptr && !holds_value(member.value))
      visit({*secret, beside == nullptr ? nullptr : json::find(*beside, "value"), false});
    walk(member.value, beside, visit);
  }
}

void walk_named(json::Value& map, const json::Value* other, const Visit& visit) {
  for (auto& member : map.GetObject())
    walk(member.value, other == nullptr ? nullptr : json::find(*other, json::view(member.name)), visit);
}

// What stands under a name that may be a secret's. Whether all of it has been looked at by that.
bool walk_secret(std::string_view name, json::Value& value, const json::Value* other, const Visit& visit) {
  const bool is_object = value.IsObject(), has_members = is_object || value.IsArray();
  if (is_one_of(kNames, name)) {
    has_members ? walk_texts(value, visit) : visit({value, other, false});
  } else if (is_one_of(kMaps, name) && has_members) {
    const bool declares_secrets = name == "secrets" || name == "secretsources";
    is_object ? walk_map(value, other, declares_secrets, visit) : walk_texts(value, visit);
  } else if (is_one_of(kNamed, name) && is_object && !is_server(value)) {
    walk_named(value, other, visit);
  } else if (name == kAuth && has_members && (!is_object || json::find(value, "strategy") == nullptr)) {
    walk_texts(value, visit);
  } else if ((name == kAuth && value.IsString() && json::view(value) != kAuthWord) ||
             (is_url_name(name) && is_hidden_url(value))) {
    visit({value, other, true});
  } else {
    return false;
  }
  return true;
}

void walk(json::Value& value, const json::Value* other, const Visit& visit) {
  if (value.IsArray())
    for (auto& item : value.GetArray()) walk(item, nullptr, visit);
  if (!value.IsObject()) return;
  const bool has_value = holds_value(value);
  for (auto& member : value.GetObject()) {
    const auto name = json::view(member.name);
    const auto* beside = other == nullptr ? nullptr : json::find(*other, name);
    if (has_value && name == "value")
      visit({member.value, beside, false});
    else if (!walk_secret(plain_name(name), member.value, beside, visit))
      walk(member.value, beside, visit);
  }
}

void hide(json::Value& value, json::Allocator& allocator) {
  if (!value.IsNull()) value = json::text("<redacted>", allocator);
}

using Addresses = std::set<const json::Value*>;

void collect_paths(const json::Value& value, const std::string& path, const Addresses& wanted,
                   std::vector<std::string>& paths) {
  if (wanted.contains(&value)) paths.push_back(path);
  const auto below = [&](std::string_view step) {
    return path.empty() ? std::string(step) : path + "." + std::string(step);
  };
  if (value.IsArray())
    for (rapidjson::SizeType i = 0; i < value.Size(); ++i)
      collect_paths(value[i], below(std::to_string(i)), wanted, paths);
  if (value.IsObject())
    for (const auto& member : value.GetObject())
      collect_paths(member.value, below(json::view(member.name)), wanted, paths);
}

}  // namespace

bool is_secret_name(std::string_view name) {
  const std::string plain = plain_name(name);
  const auto known = [](std::string_view one) {
    return is_one_of(kNames, one) || is_one_of(kMaps, one) || one == kAuth;
  };
  const std::string_view one =
      plain.ends_with('s') ? std::string_view(plain).substr(0, plain.size() - 1) : plain;
  return known(one) || known(std::string(one) + "s");
}

void for_each_secret(json::Value& document, const std::function<void(json::Value&)>& visit) {
  for_each_named_secret(document, [&](json::Value& secret, std::string_view) { visit(secret); });
}

void for_each_named_secret(
    json::Value& document,
    const std::function<void(json::Value& secret, std::string_view name_in_map)>& visit) {
  walk(document, nullptr, [&](const Place& place) {
    if (is_secret_text(place.value)) visit(place.value, place.name);
  });
}

std::vector<std::string> secret_paths(const json::Value& document) {
  json::Document copy;  // walking visits what may be changed
  copy.CopyFrom(document, copy.GetAllocator());
  Addresses wanted;
  for_each_secret(copy, [&](json::Value& secret) { wanted.insert(&secret); });
  std::vector<std::string> paths;
  collect_paths(copy, "", wanted, paths);
  return paths;
}

void seal_secrets(json::Value& document, const SealedBox& box, std::string_view context,
                  json::Allocator& allocator) {
  for_each_secret(document, [&](json::Value& secret) {
    secret = json::text(box.seal(json::view(secret), context), allocator);
  });
}

Result<void> open_secrets(json::Value& document, const SealedBox& box, std::string_view context,
                          json::Allocator& allocator) {
  std::optional<Error> failure;
  for_each_secret(document, [&](json::Value& secret) {
    if (failure || !SealedBox::is_sealed(json::view(secret))) return;
    auto plain = box.open(json::view(secret), context);
    if (plain) {
      secret = json::text(*plain, allocator);
    } else {
      failure = plain.error();
    }
  });
  if (failure) return *failure;
  return {};
}

Result<void> decrypt_tokens(json::Document& document, const KeyRing& ring, BrokenToken broken) {
  bool foreign = false;
  for_each_secret(document, [&](json::Value& secret) {
    if (!json::view(secret).starts_with("gAAAA")) return;
    if (auto plain = ring.fernet_decrypt(json::view(secret)))
      secret = json::text(*plain, document.GetAllocator());
    else if (fernet::is_token(json::view(secret)))
      foreign = true;
    else if (broken == BrokenToken::kNull)
      secret.SetNull();
  });
  if (foreign)
    return invalid(
        "A secret is encrypted with another key than this server's secret key, perhaps one from before a "
        "change: read it again with X-Expose-Secrets, or send it in clear. Nothing was changed");
  return {};
}

void redact_secrets(json::Value& document, json::Allocator& allocator, Redaction how) {
  walk(document, nullptr, [&](const Place& place) {
    if (!is_secret_text(place.value)) return;
    if (how == Redaction::kLlmNull && !place.in_map) {
      place.value.SetNull();
    } else {
      place.value = json::text(kRedacted, allocator);
    }
  });
}

void redact_all(json::Value& value, json::Allocator& allocator) {
  if (value.IsArray()) {
    for (auto& item : value.GetArray()) redact_all(item, allocator);
  } else if (value.IsObject()) {
    for (auto& member : value.GetObject()) redact_all(member.value, allocator);
  } else {
    hide(value, allocator);
  }
}

// Under a secret's name there may be anything, so nothing is looked for in it. Of maps the names stay.
void redact_echo(json::Value& document, json::Allocator& allocator) {
  if (document.IsArray())
    for (auto& item : document.GetArray()) redact_echo(item, allocator);
  if (document.IsString() && has_url_user(json::view(document))) hide(document, allocator);
  if (!document.IsObject()) return;
  for (auto& member : document.GetObject()) {
    const auto name = json::view(member.name);
    const bool is_map = is_one_of(kMaps, plain_name(name));
    if (is_secret_name(name) && !(is_map && member.value.IsObject()))
      hide(member.value, allocator);
    else if (is_map)
      for (auto& secret : member.value.GetObject()) hide(secret.value, allocator);
    else if (name == "value")  // of a secret: {"name": …, "value": …}
      redact_all(member.value, allocator);
    else
      redact_echo(member.value, allocator);
  }
}

void keep_redacted(json::Value& patch, const json::Value& current, json::Allocator& allocator) {
  walk(patch, &current, [&](const Place& place) {
    if (!place.value.IsString() || json::view(place.value) != kRedacted) return;
    if (place.other != nullptr && is_secret_text(*place.other)) {
      place.value = json::copy(*place.other, allocator);
    } else {
      place.value.SetNull();
    }
  });
}

}  // namespace collet::secrets
