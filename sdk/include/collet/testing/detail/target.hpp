// Request targets and route patterns. For the testing headers.
#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "collet/detail/text.hpp"

namespace collet::testing::detail {

inline int hex_digit(char c) {
  const auto at =
      std::string_view("0123456789abcdef").find(c >= 'A' && c <= 'F' ? static_cast<char>(c + 32) : c);
  return at == std::string_view::npos ? -1 : static_cast<int>(at);
}

inline std::string decoded(std::string_view text, bool plus_is_blank) {
  std::string made;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() && hex_digit(text[i + 1]) >= 0 && hex_digit(text[i + 2]) >= 0) {
      made += static_cast<char>(hex_digit(text[i + 1]) * 16 + hex_digit(text[i + 2]));
      i += 2;
    } else {
      made += plus_is_blank && text[i] == '+' ? ' ' : text[i];
    }
  }
  return made;
}

inline std::vector<std::string> split(std::string_view text, char at) {
  std::vector<std::string> parts;
  for (;;) {
    const auto end = text.find(at);
    parts.emplace_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

/// "a=1&b" as pairs, decoded.
inline Pairs query_pairs(std::string_view query) {
  Pairs pairs;
  if (query.empty()) return pairs;
  for (const auto& part : split(query, '&')) {
    const auto equals = part.find('=');
    pairs.emplace_back(decoded(part.substr(0, equals), true),
                       equals == std::string::npos ? "" : decoded(part.substr(equals + 1), true));
  }
  return pairs;
}

/// What the pattern's {names} match in a path that is not decoded yet; nothing: it doesn't match.
inline std::optional<Pairs> match(std::string_view pattern, std::string_view path) {
  const auto wanted = split(pattern, '/'), given = split(path, '/');
  Pairs params;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    const std::string& part = wanted[i];
    const bool named = part.size() > 2 && part.front() == '{' && part.back() == '}';
    if (named && part.ends_with("...}")) {
      std::string rest;
      for (std::size_t j = i; j < given.size(); ++j) rest += (j == i ? "" : "/") + decoded(given[j], false);
      params.emplace_back(part.substr(1, part.size() - 5), rest);
      return params;
    }
    if (i >= given.size()) return std::nullopt;
    const std::string value = decoded(given[i], false);
    if (named ? value.empty() : value != part) return std::nullopt;
    if (named) params.emplace_back(part.substr(1, part.size() - 2), value);
  }
  return wanted.size() == given.size() ? std::optional(params) : std::nullopt;
}

/// How much of a pattern is literal: of two that match, the one with more wins.
inline std::size_t weight(std::string_view pattern) {
  std::size_t literal = 0;
  for (const auto& part : split(pattern, '/')) literal += part.starts_with('{') ? 0 : 1;
  return literal * 2 + (pattern.ends_with("...}") ? 0 : 1);
}

}  // namespace collet::testing::detail
