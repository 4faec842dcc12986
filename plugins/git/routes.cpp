#include "routes.hpp"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "changes.hpp"
#include "collet/problems.hpp"
#include "file_diff.hpp"
#include "history.hpp"
#include "operations.hpp"
#include "text.hpp"

namespace collet::git {
namespace {

constexpr std::int64_t kDefaultCommits = 50, kMaxCommits = 200;
// A commit, a checkout or a garbage collection in the middle of a request can make it fail; then it is done
// again.
constexpr int kTries = 3;

std::string quoted(std::string_view text) {
  json::Writer w;
  w.value(utf8(text));
  return w.take();
}

// The path of the query; empty with a problem where it is missing.
std::string read_path(const Request& request, Problems& problems) {
  const auto path = request.query_value("path");
  if (!path) problems.missing({"query", "path"}, "null");
  return std::string(path.value_or(""));
}

void check_sha(std::string_view sha, const Problems::Place& place, Problems& problems) {
  const auto is_digit = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
  };
  if (sha.size() >= 4 && sha.size() <= 64 && std::all_of(sha.begin(), sha.end(), is_digit)) return;
  problems.add("string_pattern_mismatch", place, "String should match pattern '^[0-9a-fA-F]{4,64}$'",
               quoted(sha), R"({"pattern":"^[0-9a-fA-F]{4,64}$"})");
}

std::size_t read_limit(const Request& request, Problems& problems) {
  const auto text = request.query_value("limit");
  if (!text) return kDefaultCommits;
  const Problems::Place place = {"query", "limit"};
  std::int64_t limit = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), limit);
  if (error != std::errc() || end != text->data() + text->size())
    problems.add("int_parsing", place,
                 "Input should be a valid integer, unable to parse string as an integer", quoted(*text));
  else if (limit < 1)
    problems.add("greater_than_equal", place, "Input should be greater than or equal to 1", quoted(*text),
                 R"({"ge":1})");
  else if (limit > kMaxCommits)
    problems.add("less_than_equal", place, "Input should be less than or equal to 200", quoted(*text),
                 R"({"le":200})");
  return static_cast<std::size_t>(limit);
}

std::optional<std::string> read_text(const Request& request, std::string_view name) {
  const auto text = request.query_value(name);
  return text ? std::optional<std::string>(*text) : std::nullopt;
}

// Without links; a relative one counts from the server's working folder.
std::string real_folder(const std::string& path) {
  std::error_code error;
  return std::filesystem::canonical(path, error).string();
}

// The same for a file that may be gone, and may be a link itself: only its folder is without links.
std::string real_file(const std::string& path) {
  std::error_code error;
  const auto whole = std::filesystem::absolute(path, error);
  const auto name = whole.filename();
  if (name.empty() || name == "." || name == "..")
    return std::filesystem::weakly_canonical(whole, error).string();
  return (std::filesystem::weakly_canonical(whole.parent_path(), error) / name).string();
}

Response show(const std::vector<Change>& changes) {
  json::Writer w;
  w.array();
  for (const auto& change : changes) {
    const auto* status = change.status == Status::kAdded     ? "ADDED"
                         : change.status == Status::kDeleted ? "DELETED"
                                                             : "UPDATED";
    w.object().member("status", status).member("path", utf8(change.path)).end();
  }
  return Response::json(w.end().take());
}

Response show(const FileDiff& diff) {
  json::Writer w;
  w.object().member("modified", diff.modified).member("original", diff.original).end();
  return Response::json(w.take());
}

Response show(const CommitPage& page) {
  json::Writer w;
  w.object().key("commits").array();
  for (const auto& commit : page.commits) {
    w.object()
        .member("sha", commit.sha)
        .member("short_sha", commit.short_sha)
        .member("subject", commit.subject);
    w.member("author", commit.author).member("timestamp", commit.timestamp).end();
  }
  w.end().member("has_more", page.has_more).end();
  return Response::json(w.take());
}

Response changes(Repositories& repositories, const Request& request, Budget& budget) {
  Problems problems;
  const auto path = read_path(request, problems);
  problems.check();
  const auto found = working_tree_changes(repositories, real_folder(path), read_text(request, "ref"), budget);
  return show(found.value_or(std::vector<Change>()));
}

Response diff(Repositories& repositories, const Request& request, Budget& budget) {
  Problems problems;
  const auto path = read_path(request, problems);
  const auto ref = read_text(request, "ref"), commit = read_text(request, "commit");
  if (commit) check_sha(*commit, {"query", "commit"}, problems);
  problems.check();
  if (ref && commit) throw Refusal(400, "'ref' and 'commit' are mutually exclusive");
  const auto file = real_file(path);
  return show(commit ? commit_diff(repositories, file, *commit)
                     : working_tree_diff(repositories, file, ref, budget));
}

Response commits(Repositories& repositories, const Request& request, Budget&) {
  Problems problems;
  const auto path = read_path(request, problems);
  const auto limit = read_limit(request, problems);
  problems.check();
  const auto repository = repositories.around(real_folder(path));
  return show(repository ? newest_commits(*repository, limit) : CommitPage());
}

Response changes_of_commit(Repositories& repositories, const Request& request, Budget& budget) {
  Problems problems;
  const std::string sha(request.param("sha"));
  check_sha(sha, {"path", "sha"}, problems);
  const auto path = read_path(request, problems);
  problems.check();
  const auto repository = repositories.around(real_folder(path));
  return show(repository ? commit_changes(*repository, repository->commit_with(sha), budget)
                         : std::vector<Change>());
}

}  // namespace

void add_routes(Setup& setup, Repositories& repositories, const std::atomic<bool>& stopping) {
  using Handler = Response (*)(Repositories&, const Request&, Budget&);
  const auto guarded = [&](Handler handler) {
    return [&repositories, &stopping, handler](const Request& request) {
      Budget budget({}, &stopping);
      for (int tries = kTries;; --tries) {
        try {
          return handler(repositories, request, budget);
        } catch (const GitError& error) {
          repositories.forget();
          if (tries == 1) throw Refusal(400, "The repository cannot be read: " + utf8(error.what()));
          budget.check();
        }
      }
    };
  };
  setup.get("/api/git/changes", guarded(changes), operations::changes());
  setup.get("/api/git/diff", guarded(diff), operations::diff());
  setup.get("/api/git/commits", guarded(commits), operations::commits());
  setup.get("/api/git/commits/{sha}/changes", guarded(changes_of_commit), operations::commit_changes());
}

}  // namespace collet::git
