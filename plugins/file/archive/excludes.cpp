#include "archive/excludes.hpp"

#include <fnmatch.h>

#include <algorithm>
#include <array>

namespace collet::file {
namespace {

std::vector<std::string> parts_of(std::string_view path) {
  std::vector<std::string> parts;
  while (!path.empty()) {
    const auto slash = std::min(path.find('/'), path.size());
    if (slash > 0) parts.emplace_back(path.substr(0, slash));
    path.remove_prefix(std::min(slash + 1, path.size()));
  }
  return parts;
}

bool matches(const std::string& pattern, const std::string& part) {
  return ::fnmatch(pattern.c_str(), part.c_str(), FNM_NOESCAPE) == 0;
}

bool holds(const std::string& raw, const std::vector<std::string>& parts, bool is_folder) {
  const auto end = raw.find_last_not_of('/');
  if (end == std::string::npos) return false;
  const auto pattern = raw.substr(0, end + 1);
  const bool folders_only = end + 1 < raw.size();
  if (pattern.find('/') == std::string::npos) {
    const auto last = parts.end() - (folders_only && !is_folder ? 1 : 0);
    return std::any_of(parts.begin(), last, [&](const auto& part) { return matches(pattern, part); });
  }
  const auto wanted = parts_of(pattern);
  if (parts.size() < wanted.size()) return false;
  if (folders_only && !is_folder && parts.size() == wanted.size()) return false;
  return std::equal(wanted.begin(), wanted.end(), parts.begin(), matches);
}

}  // namespace

const std::vector<std::string>& default_excludes() {
  static const std::vector<std::string> patterns = {
      ".git/",        "node_modules/", ".venv/", "venv/",  "__pycache__/", ".mypy_cache/", ".pytest_cache/",
      ".ruff_cache/", "dist/",         "build/", ".next/", "target/",      "*.pyc"};
  return patterns;
}

bool is_excluded(std::string_view path, bool is_folder, const std::vector<std::string>& patterns) {
  const auto parts = parts_of(path);
  return !parts.empty() && std::any_of(patterns.begin(), patterns.end(),
                                       [&](const auto& pattern) { return holds(pattern, parts, is_folder); });
}

bool is_sensitive(std::string_view path) {
  constexpr std::array<std::string_view, 5> kNames = {"config", "config.worktree", "credentials",
                                                      ".git-credentials", "FETCH_HEAD"};
  const auto parts = parts_of(path);
  const auto git = std::find(parts.begin(), parts.end(), ".git");
  if (git == parts.end() || git + 1 == parts.end()) return false;
  return std::find(git + 1, parts.end(), "logs") != parts.end() ||
         std::find(kNames.begin(), kNames.end(), parts.back()) != kNames.end();
}

}  // namespace collet::file
