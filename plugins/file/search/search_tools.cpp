#include "search/search_tools.hpp"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <utility>
#include <vector>

#include "collet/json.hpp"
#include "file_io.hpp"
#include "search/glob_pattern.hpp"
#include "search/ignore_rules.hpp"
#include "search/line_search.hpp"
#include "search/newest_files.hpp"
#include "search/ripgrep.hpp"
#include "search/search_queue.hpp"
#include "search/tree_walk.hpp"
#include "text_codec.hpp"

namespace collet::file {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kAnnotations =
    R"("readOnlyHint":true,"destructiveHint":false,"idempotentHint":true,"openWorldHint":false})";

constexpr std::string_view kGlobDescription =
    R"(Finds files by their names.

* `pattern` is a glob: `*` and `?` stand for characters of a name, `**` for folders, `[a-z]` for one character, `{ts,tsx}` for alternatives. Without a "/" it is for names at any depth (`*.py`, `test_*.{js,ts}`); with one it is for paths from the searched folder on (`src/**/*.ts`).
* The result is paths of files, those changed last first, at most 100. Narrow the pattern, or give a `path`, where more are found.
* Hidden folders and folders that .gitignore names are not searched, and symbolic links are not followed. To look into one of those folders, give it as `path`.)";

constexpr std::string_view kGrepDescription =
    R"(Finds files by what is in them.

* `pattern` is a regular expression, looked for in each line, upper and lower case alike: `log.*error`, `function\s+\w+`, `class (Foo|Bar)\b`. Put a backslash before what is meant literally, as in `main\(`. Look-around and back-references are not there.
* `include` limits the search to files whose names match a glob: `*.js`, `*.{ts,tsx}`.
* The result is paths of files, those changed last first, at most 100; look into them with the file editor, or with `grep -n` in the terminal for the lines.
* Hidden files and folders, those that .gitignore names, and binary files are left out, and symbolic links are not followed. To look into one of those folders, give it as `path`.)";

std::string home_folder() {
  const char* home = std::getenv("HOME");
  return home == nullptr ? std::string() : home;
}

// "~/x" as a shell has it.
std::string expanded(std::string path) {
  if (path == "~" || path.starts_with("~/")) path.replace(0, 1, home_folder());
  return path;
}

// The folder to search. Throws FileError when it is none that can be read.
std::string resolved_folder(const std::string& path, const std::string& working_dir) {
  const auto refuse = [&](const std::string& why) {
    throw FileError("Search path '" + path + "' cannot be searched: " + why + ".");
  };
  if (path.find('\0') != std::string::npos) refuse("it holds a NUL character");
  std::error_code error;
  const fs::path folder = fs::canonical(fs::path(working_dir) / expanded(path), error);
  if (error) refuse(error.message());
  if (!fs::is_directory(folder, error)) refuse("it is not a directory");
  if (::access(folder.c_str(), R_OK | X_OK) != 0) refuse("permission denied");
  return folder.string();
}

// An absolute pattern is a folder, as far as it has no wildcards, and a pattern below it.
std::pair<std::string, std::string> split_pattern(std::string pattern) {
  pattern = expanded(std::move(pattern));
  if (!pattern.starts_with('/')) return {"", pattern.empty() ? "**/*" : pattern};
  std::error_code error;
  if (!has_wildcard(pattern) && fs::is_directory(pattern, error)) return {pattern, "**/*"};
  std::size_t slash = 0;
  for (auto next = pattern.find('/', 1); next != std::string::npos; next = pattern.find('/', next + 1)) {
    if (has_wildcard(pattern.substr(slash, next - slash))) break;
    slash = next;
  }
  return {slash == 0 ? "/" : pattern.substr(0, slash), pattern.substr(slash + 1)};
}

std::vector<std::string> as_texts(std::vector<std::string> paths) {
  for (auto& path : paths) path = as_utf8(std::move(path));
  return paths;
}

// What both tools have in common of a search and its result.
struct Search {
  std::string pattern, folder;
  std::optional<std::string> include;
  std::vector<std::string> files = {};
  bool truncated = false, ended_early = false;

  std::string include_words() const { return include ? " (filtered by '" + *include + "')" : ""; }

  // `does`: "matching".
  std::string words(std::string_view does) const {
    const std::string what = " " + std::string(does) + " pattern '" + pattern + "' in ";
    std::string text;
    if (files.empty()) {
      text = "No files found" + what + "directory '" + folder + "'" + include_words();
    } else {
      text = "Found " + std::to_string(files.size()) + " file(s)" + what + "'" + folder + "'" +
             include_words() + ":";
      for (const auto& file : files) text += "\n" + file;
    }
    if (ended_early)
      text += "\n\n[The search took too long and was ended: there may be more. Narrow it.]";
    else if (truncated)
      text += "\n\n[Only the 100 files that were changed last are shown. Use a narrower pattern.]";
    return text;
  }

  std::string observation(std::string_view list, std::string_view text, bool is_error) const {
    json::Writer w;
    w.object().key("content").array().object();
    w.member("cache_prompt", false).member("type", "text").member("text", text).end().end();
    w.member("is_error", is_error).key(list).array();
    for (const auto& file : files) w.value(file);
    w.end().member("pattern", pattern).member("search_path", folder);
    if (include) w.member("include_pattern", *include);
    w.member("truncated", truncated || ended_early).end();
    return w.take();
  }
};

std::string text_of(const json::Value& action, std::string_view key) { return json::string_or(action, key); }

json::Document parsed_action(const ToolCall& call) {
  auto action = json::parse(call.action);
  if (!action || !action->IsObject()) throw std::invalid_argument("the action is no JSON object");
  return std::move(*action);
}

SearchLimits limits_of(const RunningCall& running, std::chrono::milliseconds patience) {
  return {std::chrono::steady_clock::now() + patience, &running.cancellation()};
}

}  // namespace

ToolInfo GlobTool::info() const {
  ToolInfo info;
  info.name = info.title = "glob";
  info.description = kGlobDescription;
  info.parameters =
      R"({"type":"object","additionalProperties":false,"required":["pattern"],"properties":{)"
      R"("pattern":{"type":"string","description":"The glob, such as *.py or src/**/*.ts."},)"
      R"("path":{"type":"string","description":"The directory to search (absolute path); the working directory unless it is given."}}})";
  info.action_kind = "GlobAction";
  info.observation_kind = "GlobObservation";
  info.tool_kind = "GlobTool";
  info.annotations = R"({"title":"glob",)" + std::string(kAnnotations);
  return info;
}

std::string GlobTool::run(const ToolCall& call, const RunningCall& running) {
  const auto action = parsed_action(call);
  Search search{text_of(action, "pattern"), text_of(action, "path"), std::nullopt};
  try {
    std::string pattern = search.pattern.empty() ? "**/*" : search.pattern;
    if (search.folder.empty()) std::tie(search.folder, pattern) = split_pattern(search.pattern);
    if (search.folder.empty()) search.folder = call.working_dir;
    const std::string folder = resolved_folder(search.folder, call.working_dir);
    search.folder = as_utf8(folder);
    const GlobPattern glob(pattern);
    NewestFiles newest;
    search.ended_early = !walk_tree(Visibility(folder), &glob, limits_of(running, patience_),
                                    [&](const std::string& path) { newest.add(path); });
    search.truncated = newest.truncated();
    search.files = as_texts(newest.take());
  } catch (const FileError& error) {
    return search.observation("files", error.what(), true);
  } catch (const std::invalid_argument& error) {
    return search.observation("files", "Invalid glob pattern: " + std::string(error.what()) + ".", true);
  }
  return search.observation("files", search.words("matching"), false);
}

ToolInfo GrepTool::info() const {
  ToolInfo info;
  info.name = info.title = "grep";
  info.description = kGrepDescription;
  info.parameters =
      R"({"type":"object","additionalProperties":false,"required":["pattern"],"properties":{)"
      R"("pattern":{"type":"string","description":"The regular expression."},)"
      R"("path":{"type":"string","description":"The directory to search (absolute path); the working directory unless it is given."},)"
      R"("include":{"type":"string","description":"A glob for the names of the files to look at, such as *.{ts,tsx}."}}})";
  info.action_kind = "GrepAction";
  info.observation_kind = "GrepObservation";
  info.tool_kind = "GrepTool";
  info.annotations = R"({"title":"grep",)" + std::string(kAnnotations);
  return info;
}

std::string GrepTool::run(const ToolCall& call, const RunningCall& running) {
  const auto action = parsed_action(call);
  Search search{text_of(action, "pattern"), text_of(action, "path"), std::nullopt};
  if (auto include = text_of(action, "include"); !include.empty()) search.include = std::move(include);
  try {
    if (search.folder.empty()) search.folder = call.working_dir;
    const std::string folder = resolved_folder(search.folder, call.working_dir);
    search.folder = as_utf8(folder);
    const LineSearch lines(search.pattern);
    std::optional<GlobPattern> include;
    if (search.include) include.emplace(*search.include);
    const GlobPattern* filter = include ? &*include : nullptr;
    const SearchLimits limits = limits_of(running, patience_);
    Visibility visibility(folder);
    NewestFiles newest;
    auto end = RipgrepEnd::kFailed;
    if (processes_)
      end = run_ripgrep(*processes_, folder, search.pattern, search.include, limits, [&](std::string path) {
        if (visibility.reaches(path, filter)) newest.add(std::move(path));
      });
    search.ended_early = end == RipgrepEnd::kLimits;
    if (end == RipgrepEnd::kFailed)
      search.ended_early = !walk_tree(visibility, filter, limits, [&](const std::string& path) {
        if (lines.in_file(path, limits)) newest.add(path);
      }) || limits.reached();
    search.truncated = newest.truncated();
    search.files = as_texts(newest.take());
  } catch (const FileError& error) {
    return search.observation("matches", error.what(), true);
  } catch (const std::invalid_argument& error) {
    return search.observation("matches", "Invalid pattern: " + std::string(error.what()) + ".", true);
  }
  return search.observation("matches", search.words("containing"), false);
}

void add_search_tools(Setup& setup) {
  const auto queue = std::make_shared<SearchQueue>();
  const auto processes = setup.host().has(COLLET_FEATURE_PROCESS)
                             ? std::optional<Processes>(setup.host().processes())
                             : std::nullopt;
  setup.tool(std::make_unique<QueuedTool>(std::make_unique<GlobTool>(), queue));
  setup.tool(std::make_unique<QueuedTool>(std::make_unique<GrepTool>(processes), queue));
}

}  // namespace collet::file
