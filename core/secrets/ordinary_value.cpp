#include "secrets/ordinary_value.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "secrets/json_secrets.hpp"

namespace collet::secrets {
namespace {

constexpr std::size_t kLongestWord = 23;
constexpr std::size_t kLongestRun = 19;  // of letters and digits in a path: a longer one may be a key

/// Parts of names, in small letters.
constexpr std::array<std::string_view, 17> kTelling = {
    "key",       "token",   "secret", "pass", "pwd",     "auth", "cred",    "cookie", "session",
    "signature", "private", "cert",   "dsn",  "connect", "salt", "webhook", "bearer"};

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
char small(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool all_of(std::string_view text, bool (*allowed)(char)) {
  return std::all_of(text.begin(), text.end(), allowed);
}

bool tells_of_secret(std::string_view name) {
  std::string lower(name);
  std::transform(lower.begin(), lower.end(), lower.begin(), small);
  return std::any_of(kTelling.begin(), kTelling.end(),
                     [&](std::string_view part) { return lower.find(part) != std::string::npos; });
}

bool is_word(std::string_view value) {
  return value.size() <= kLongestWord && all_of(value, [](char c) {
           return is_letter(c) || std::string_view("-_./:").find(c) != std::string_view::npos;
         });
}

bool is_number(std::string_view value) {
  if (value.starts_with('-')) value.remove_prefix(1);
  return std::count(value.begin(), value.end(), '.') <= 1 &&
         all_of(value, [](char c) { return is_digit(c) || c == '.'; });
}

// Nothing that only a key would have: "/usr/lib/x86_64-linux-gnu".
bool is_path(std::string_view value) {
  std::size_t run = 0;
  bool digits = false;
  for (const char c : value) {
    const bool in_run = is_letter(c) || is_digit(c);
    if (!in_run && std::string_view("-_./~+").find(c) == std::string_view::npos) return false;
    run = in_run ? run + 1 : 0;
    digits = in_run && (digits || is_digit(c));
    if (digits && run > kLongestRun) return false;
  }
  return true;
}

bool is_media_type(std::string_view value) {
  constexpr std::array<std::string_view, 8> kTrees = {"application/", "text/", "image/",     "audio/",
                                                      "video/",       "font/", "multipart/", "*/"};
  const auto tree = std::find_if(kTrees.begin(), kTrees.end(),
                                 [&](std::string_view one) { return value.starts_with(one); });
  constexpr std::size_t kLongestType = 60;
  return tree != kTrees.end() && value.size() <= kLongestType &&
         all_of(value.substr(tree->size()), [](char c) {
           return is_letter(c) || is_digit(c) || std::string_view("-+.*").find(c) != std::string_view::npos;
         });
}

// Neither user nor query nor fragment: they have characters that paths have not.
bool is_plain_url(std::string_view value) {
  for (const std::string_view scheme : {"https://", "http://"}) {
    if (!value.starts_with(scheme)) continue;
    const auto rest = value.substr(scheme.size());
    const auto host = rest.substr(0, rest.find('/'));
    return all_of(host,
                  [](char c) { return is_letter(c) || is_digit(c) || c == '-' || c == '.' || c == ':'; }) &&
           is_path(rest.substr(host.size()));
  }
  return false;
}

}  // namespace

bool is_ordinary_value(std::string_view name, std::string_view value) {
  if (tells_of_secret(name)) return false;
  if (value.starts_with('/') || value.starts_with("~/") || value.starts_with("./")) return is_path(value);
  return is_word(value) || is_number(value) || is_media_type(value) || is_plain_url(value);
}

bool stands_for_none(std::string_view value) {
  return value == kRedacted || value.find_first_not_of(" \t\r\n\v\f") == std::string_view::npos;
}

}  // namespace collet::secrets
