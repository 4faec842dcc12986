// What may stand where an address is expected that everybody gets to see.
#pragma once
#include <algorithm>
#include <iterator>
#include <string_view>

namespace collet {

/// "http://user:password@host/", and the same without a scheme, with one slash, with \ for /, with blanks
/// around: whatever has an @ before its path. Not only what a parser takes: what it refuses is shown too.
inline bool has_url_user(std::string_view text) {
  const auto is_slash = [](char c) { return c == '/' || c == '\\'; };
  const auto skip = [&text](auto unwanted) {
    text.remove_prefix(
        static_cast<std::size_t>(std::find_if_not(text.begin(), text.end(), unwanted) - text.begin()));
  };
  skip([](char c) { return static_cast<unsigned char>(c) <= ' '; });
  const auto scheme = text.find_first_of(":/\\?#@");
  if (scheme != std::string_view::npos && scheme + 1 < text.size() && text[scheme] == ':' &&
      is_slash(text[scheme + 1]))
    text.remove_prefix(scheme + 1);
  skip(is_slash);
  return text.substr(0, text.find_first_of("/\\?#")).find('@') != std::string_view::npos;
}

/// Whether it is an http or https URL by its looks: with a host, without blanks and control characters.
inline bool is_web_address(std::string_view text) {
  constexpr std::string_view kSchemes[] = {"http://", "https://"};
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  const bool is_clean = std::all_of(text.begin(), text.end(), [](char c) {
    return static_cast<unsigned char>(c) > ' ' && c != 0x7f && c != '\\';
  });
  return is_clean && std::any_of(std::begin(kSchemes), std::end(kSchemes), [&](std::string_view scheme) {
           return text.size() > scheme.size() &&
                  std::equal(scheme.begin(), scheme.end(), text.begin(),
                             [&](char a, char b) { return a == lower(b); }) &&
                  std::string_view("/?#:").find(text[scheme.size()]) == std::string_view::npos;
         });
}

/// Whether it may be the address of a model: no user or password in it, which would be shown to everybody.
inline bool is_base_url(std::string_view text) { return is_web_address(text) && !has_url_user(text); }

}  // namespace collet
