// What a search leaves out: hidden folders, and what .rgignore, .ignore, .gitignore and .git/info/exclude
// name. The same rules as ripgrep's, without the user's own ignore file; and hidden folders stay hidden
// whatever a file says.
#pragma once
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "search/glob_pattern.hpp"

namespace collet::file {

/// The rules of one ignore file. Immutable.
class IgnoreFile {
 public:
  enum class Verdict { kNothing, kIgnore, kKeep };

  IgnoreFile() = default;
  /// Lines that are no pattern are skipped.
  explicit IgnoreFile(std::string_view text);
  /// Of the file at `path`; empty where there is none. Its first MiB counts.
  static IgnoreFile read(const std::string& path);

  /// The last rule that matches decides. `path`: relative to the file's folder.
  Verdict verdict(std::string_view path, bool is_folder) const;

 private:
  struct Rule {
    GlobPattern pattern;
    bool keeps, folders_only;
  };
  std::vector<Rule> rules_;
};

/// A folder of the tree with its rules and those of all folders above it. Immutable.
class IgnoreLevel {
 public:
  using Pointer = std::shared_ptr<const IgnoreLevel>;

  /// `folder`: absolute and resolved, without "/" at its end. Blocks on the disk.
  IgnoreLevel(std::string folder, Pointer parent);
  /// Of a folder that stands alone, with the levels of all folders above it.
  static Pointer with_parents(const std::string& folder);

  /// `path`: absolute, below the folder.
  bool ignores(std::string_view path, bool is_folder) const;

 private:
  std::string folder_;
  Pointer parent_;
  bool repository_ = false, in_repository_ = false;
  IgnoreFile ripgrep_, plain_, git_, exclude_;
};

/// Says what of a tree is searched. One thread.
class Visibility {
 public:
  /// `root`: absolute and resolved; it is searched even if it is hidden or ignored itself.
  explicit Visibility(std::string root);

  const std::string& root() const { return root_; }
  const IgnoreLevel::Pointer& root_level() const { return root_level_; }
  /// Whether a folder (absolute) in a folder of this level is searched.
  bool enters(const IgnoreLevel& level, const std::string& folder) const;
  /// Whether a file is searched. With a pattern that decides alone; without one hidden and ignored files are
  /// left out.
  bool shows(const IgnoreLevel& level, const std::string& file, const GlobPattern* pattern) const;
  /// The same for any file below the root, all folders above it included.
  bool reaches(const std::string& file, const GlobPattern* pattern);

 private:
  // Null: the folder is not searched.
  IgnoreLevel::Pointer level_of(const std::string& folder);

  const std::string root_;
  const std::size_t prefix_;  // of paths below the root, its "/" included
  const IgnoreLevel::Pointer root_level_;
  std::map<std::string, IgnoreLevel::Pointer> levels_;
};

}  // namespace collet::file
