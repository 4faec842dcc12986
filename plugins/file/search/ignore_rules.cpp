#include "search/ignore_rules.hpp"

#include <sys/stat.h>

#include <optional>

#include "file_io.hpp"

namespace collet::file {
namespace {

constexpr std::size_t kMaxIgnoreFile = 1U << 20;
constexpr std::size_t kMostRules = 10'000;

std::string_view name_of(std::string_view path) { return path.substr(path.rfind('/') + 1); }

bool is_hidden(std::string_view path) { return name_of(path).starts_with('.'); }

// Spaces at the end don't count, unless the last one is escaped.
std::string_view trimmed(std::string_view line) {
  if (line.ends_with('\r')) line.remove_suffix(1);
  while (line.ends_with(' ') && !line.ends_with("\\ ")) line.remove_suffix(1);
  return line;
}

bool exists(const std::string& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0;
}

// What the kernel shows as files is no one's text; some of it never ends.
bool is_of_the_kernel(std::string_view folder) {
  return folder == "/proc" || folder == "/sys" || folder == "/dev";
}

std::string below(const std::string& folder, std::string_view name) {
  return (folder == "/" ? std::string() : folder) + "/" + std::string(name);
}

}  // namespace

IgnoreFile::IgnoreFile(std::string_view text) {
  while (!text.empty() && rules_.size() < kMostRules) {
    const auto end = text.find('\n');
    std::string_view line = trimmed(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (line.empty() || line.starts_with('#')) continue;
    const bool keeps = line.starts_with('!');
    if (keeps) line.remove_prefix(1);
    const bool folders_only = line.ends_with('/');
    if (line.empty() || line == "/") continue;
    try {
      rules_.push_back({GlobPattern(line), keeps, folders_only});
    } catch (const std::invalid_argument&) {  // git passes over it too
    }
  }
}

IgnoreFile IgnoreFile::read(const std::string& path) {
  try {
    return IgnoreFile(read_file(path, kMaxIgnoreFile));
  } catch (const FileError&) {  // there is none, in nearly all folders
    return {};
  }
}

IgnoreFile::Verdict IgnoreFile::verdict(std::string_view path, bool is_folder) const {
  for (auto rule = rules_.rbegin(); rule != rules_.rend(); ++rule)
    if ((is_folder || !rule->folders_only) && rule->pattern.matches(path))
      return rule->keeps ? Verdict::kKeep : Verdict::kIgnore;
  return Verdict::kNothing;
}

IgnoreLevel::IgnoreLevel(std::string folder, Pointer parent)
    : folder_(std::move(folder)),
      parent_(std::move(parent)),
      repository_(exists(below(folder_, ".git"))),
      in_repository_(repository_ || (parent_ != nullptr && parent_->in_repository_)),
      ripgrep_(IgnoreFile::read(below(folder_, ".rgignore"))),
      plain_(IgnoreFile::read(below(folder_, ".ignore"))),
      git_(IgnoreFile::read(below(folder_, ".gitignore"))),
      exclude_(repository_ ? IgnoreFile::read(below(folder_, ".git/info/exclude")) : IgnoreFile()) {}

IgnoreLevel::Pointer IgnoreLevel::with_parents(const std::string& folder) {
  Pointer parent;
  if (folder != "/") {
    const auto slash = folder.rfind('/');
    parent = with_parents(slash == 0 ? "/" : folder.substr(0, slash));
  }
  return std::make_shared<const IgnoreLevel>(folder, std::move(parent));
}

bool IgnoreLevel::ignores(std::string_view path, bool is_folder) const {
  using Verdict = IgnoreFile::Verdict;
  Verdict ripgrep = Verdict::kNothing, plain = ripgrep, git = ripgrep, exclude = ripgrep;
  bool in_git = in_repository_;  // git's files count up to the repository's top folder
  for (const IgnoreLevel* level = this; level != nullptr; level = level->parent_.get()) {
    const auto relative = path.substr(level->folder_.size() + (level->folder_ == "/" ? 0 : 1));
    const auto ask = [&](Verdict& known, const IgnoreFile& file) {
      if (known == Verdict::kNothing) known = file.verdict(relative, is_folder);
    };
    ask(ripgrep, level->ripgrep_);
    ask(plain, level->plain_);
    if (in_git) {
      ask(git, level->git_);
      ask(exclude, level->exclude_);
    }
    in_git = in_git && !level->repository_;
  }
  for (const Verdict verdict : {ripgrep, plain, git, exclude})
    if (verdict != Verdict::kNothing) return verdict == Verdict::kIgnore;
  return false;
}

Visibility::Visibility(std::string root)
    : root_(std::move(root)),
      prefix_(below(root_, "").size()),
      root_level_(IgnoreLevel::with_parents(root_)) {}

bool Visibility::enters(const IgnoreLevel& level, const std::string& folder) const {
  return !is_hidden(folder) && !is_of_the_kernel(folder) && !level.ignores(folder, true);
}

bool Visibility::shows(const IgnoreLevel& level, const std::string& file, const GlobPattern* pattern) const {
  if (pattern != nullptr) return pattern->matches(std::string_view(file).substr(prefix_));
  return !is_hidden(file) && !level.ignores(file, false);
}

bool Visibility::reaches(const std::string& file, const GlobPattern* pattern) {
  const auto level = level_of(file.substr(0, file.rfind('/')));
  return level != nullptr && shows(*level, file, pattern);
}

IgnoreLevel::Pointer Visibility::level_of(const std::string& folder) {
  if (folder.size() <= root_.size()) return root_level_;
  if (const auto known = levels_.find(folder); known != levels_.end()) return known->second;
  const auto parent = level_of(folder.substr(0, folder.rfind('/')));
  auto level = parent != nullptr && enters(*parent, folder)
                   ? std::make_shared<const IgnoreLevel>(folder, parent)
                   : nullptr;
  return levels_[folder] = std::move(level);
}

}  // namespace collet::file
