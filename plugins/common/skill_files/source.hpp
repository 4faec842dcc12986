// Where skills and bundles come from: a folder, an archive, a git repository.
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace collet::skill_files {

struct Source {
  enum class Kind { kLocal, kGit };
  Kind kind = Kind::kLocal;
  std::string place = {};  ///< a path, or a URL without user and password
  std::string shown = {};  ///< what was given, without user and password
  std::string user = {}, password = {};
  std::optional<std::string> ref = {};     ///< branch, tag or commit
  std::optional<std::string> folder = {};  ///< within the repository
  bool has_login() const { return !user.empty() || !password.empty(); }
};

/// Reads "/folder", "~/folder", "github:owner/repo[@ref][/folder]", "https://host/repo[.git]",
/// "https://github.com/owner/repo/tree/ref/folder", "file:///repo". `ref` and `folder` count before what the
/// text says. `home`: what "~" is. Pure. Throws FileError: none of these (ssh and git:// are not spoken), or
/// a folder that leads out.
Source parse_source(std::string_view text, const std::string& home,
                    const std::optional<std::string>& ref = {},
                    const std::optional<std::string>& folder = {});

/// The last part of its place, without ".git": "repo".
std::string base_name(const Source& source);

/// "https://****@host/x" for "https://user:password@host/x".
std::string without_login(std::string_view text);

}  // namespace collet::skill_files
