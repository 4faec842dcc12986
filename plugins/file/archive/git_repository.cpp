#include "archive/git_repository.hpp"

#include <git2.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <filesystem>
#include <system_error>
#include <utility>

#include "collet/http.hpp"
#include "common/owned.hpp"

namespace collet::file {
namespace {

namespace fs = std::filesystem;

using Object = Owned<git_object, git_object_free>;
using Reference = Owned<git_reference, git_reference_free>;
using Diff = Owned<git_diff, git_diff_free>;
using Patch = Owned<git_patch, git_patch_free>;

struct Buffer {
  git_buf text = GIT_BUF_INIT;
  Buffer() = default;
  Buffer(const Buffer&) = delete;
  Buffer& operator=(const Buffer&) = delete;
  ~Buffer() { ::git_buf_dispose(&text); }
  std::string_view view() const { return {text.ptr == nullptr ? "" : text.ptr, text.size}; }
};

void check(int result) {
  if (result >= 0) return;
  const git_error* error = ::git_error_last();
  throw GitError(error != nullptr && error->message != nullptr ? error->message : "git failed");
}

std::string hex(const git_oid& id) {
  char text[GIT_OID_HEXSZ + 1];
  return ::git_oid_tostr(text, sizeof(text), &id);
}

bool has_repository(const fs::path& folder) {
  std::error_code error;
  return fs::exists(folder / ".git", error);
}

// Folders that may hold repositories of others.
bool is_searched(const fs::directory_entry& entry) {
  constexpr std::array<std::string_view, 4> kVendored = {"node_modules", "venv", "site-packages", "vendor"};
  const auto name = entry.path().filename().string();
  std::error_code error;
  return name.front() != '.' && std::find(kVendored.begin(), kVendored.end(), name) == kVendored.end() &&
         !entry.is_symlink(error) && entry.is_directory(error);
}

// Up to two repositories below `folder`.
void search(const fs::path& folder, int levels, std::vector<fs::path>& found) {
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end && found.size() < 2;
       entry.increment(error)) {
    if (!is_searched(*entry)) continue;
    if (has_repository(entry->path()))
      found.push_back(entry->path());
    else if (levels > 1)
      search(entry->path(), levels - 1, found);
  }
}

bool is_telling(std::string name) {
  constexpr std::array<std::string_view, 8> kWords = {"authorization", "cookie", "credential", "key",
                                                      "password",      "secret", "session",    "token"};
  for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return std::any_of(kWords.begin(), kWords.end(),
                     [&](std::string_view word) { return name.find(word) != std::string::npos; });
}

// The larger one of both sides.
std::uint64_t size_of(git_repository* repository, const git_diff_delta& delta) {
  git_odb* opened = nullptr;
  check(::git_repository_odb(&opened, repository));
  const Owned<git_odb, git_odb_free> objects(opened);
  std::size_t old_size = 0;
  git_object_t type{};
  if (git_oid_is_zero(&delta.old_file.id) != 0 ||
      ::git_odb_read_header(&old_size, &type, objects.get(), &delta.old_file.id) != 0)
    old_size = 0;
  std::error_code error;
  const auto on_disk =
      fs::file_size(fs::path(::git_repository_workdir(repository)) / delta.new_file.path, error);
  return std::max<std::uint64_t>(old_size, error ? 0 : on_disk);
}

bool is_file(const git_diff_file& file) {
  return file.mode == GIT_FILEMODE_BLOB || file.mode == GIT_FILEMODE_BLOB_EXECUTABLE ||
         file.mode == GIT_FILEMODE_LINK || file.mode == GIT_FILEMODE_COMMIT;
}

// The tree of a commit; null: the empty one.
Object tree_of(git_repository* repository, const std::string& commit) {
  if (commit.empty()) return nullptr;
  git_object* tree = nullptr;
  check(::git_revparse_single(&tree, repository, (commit + "^{tree}").c_str()));
  return Object(tree);
}

Diff compare(git_repository* repository, const std::string& base, std::string below) {
  const auto tree = tree_of(repository, base);
  git_diff_options options = GIT_DIFF_OPTIONS_INIT;
  options.flags = GIT_DIFF_INCLUDE_UNTRACKED | GIT_DIFF_RECURSE_UNTRACKED_DIRS |
                  GIT_DIFF_SHOW_UNTRACKED_CONTENT | GIT_DIFF_SHOW_BINARY | GIT_DIFF_INCLUDE_TYPECHANGE |
                  GIT_DIFF_DISABLE_PATHSPEC_MATCH;
  options.ignore_submodules = GIT_SUBMODULE_IGNORE_DIRTY;
  char* paths[] = {below.data()};
  if (!below.empty()) options.pathspec = {paths, 1};
  git_diff* diff = nullptr;
  check(::git_diff_tree_to_workdir(&diff, repository, reinterpret_cast<git_tree*>(tree.get()), &options));
  return Diff(diff);
}

}  // namespace

std::string find_repository_root(const std::string& folder) {
  if (has_repository(folder)) return folder;
  std::vector<fs::path> found;
  search(folder, 3, found);
  return found.size() == 1 ? found.front().string() : folder;
}

std::string without_credentials(std::string url) {
  const auto scheme = url.find("://");
  if (scheme == std::string::npos) return url;
  const auto begin = scheme + 3;
  const auto authority = url.substr(begin, url.find_first_of("/?#", begin) - begin);
  const auto at = authority.rfind('@');
  const bool is_web = url.compare(0, 4, "http") == 0;
  if (at != std::string::npos && (is_web || authority.find(':') < at)) url.replace(begin, at, "****");
  const auto question = url.find('?');
  if (question == std::string::npos) return url;
  std::string query;
  for (std::size_t from = question + 1; from <= url.size();) {
    const auto end = std::min(url.find('&', from), url.size());
    auto pair = url.substr(from, end - from);
    if (const auto equals = pair.find('='); equals != std::string::npos && is_telling(pair.substr(0, equals)))
      pair = pair.substr(0, equals + 1) + "%3Credacted%3E";
    query += (query.empty() ? "?" : "&") + pair;
    from = end + 1;
  }
  return url.substr(0, question) + query;
}

void GitRepository::Free::operator()(git_repository* repository) const { ::git_repository_free(repository); }

GitRepository::GitRepository(const std::string& folder) {
  ::git_libgit2_init();
  git_repository* opened = nullptr;
  if (::git_repository_open_ext(&opened, folder.c_str(), 0, nullptr) != 0 ||
      ::git_repository_workdir(opened) == nullptr) {
    ::git_repository_free(opened);
    ::git_libgit2_shutdown();
    throw GitError("Not a git repository: " + folder);
  }
  repository_.reset(opened);
  std::error_code error;
  const auto top = fs::canonical(::git_repository_workdir(opened), error);
  const auto here = fs::canonical(folder, error);
  if (!error && here != top) below_ = here.lexically_relative(top).string();
}

GitRepository::~GitRepository() {
  repository_.reset();
  ::git_libgit2_shutdown();
}

std::string GitRepository::remote() const {
  // Not by git_remote_lookup: libgit2 1.5 loses 20 KiB for each entry of the configuration there.
  git_config* found = nullptr;
  if (::git_repository_config_snapshot(&found, repository_.get()) != 0) return {};
  const Owned<git_config, git_config_free> owned(found);
  const char* url = nullptr;
  if (::git_config_get_string(&url, found, "remote.origin.url") != 0) return {};
  return without_credentials(url);
}

RepositoryFacts GitRepository::facts() const {
  RepositoryFacts facts;
  facts.remote = remote();
  git_reference* head = nullptr;
  if (::git_repository_head(&head, repository_.get()) != 0) return facts;
  const Reference owned(head);
  facts.head = commit_of("HEAD");
  facts.branch =
      ::git_repository_head_detached(repository_.get()) == 1 ? "DETACHED" : ::git_reference_shorthand(head);
  return facts;
}

// Empty where there is no such commit.
std::string GitRepository::commit_of(const std::string& revision) const {
  git_object* found = nullptr;
  if (::git_revparse_single(&found, repository_.get(), (revision + "^{commit}").c_str()) != 0) return {};
  const Object owned(found);
  return hex(*::git_object_id(found));
}

// What a fresh clone has too, so that the delta can be applied there; empty where there is nothing of the
// kind.
std::string GitRepository::commit_on_origin() const {
  git_reference* head = nullptr;
  if (::git_repository_head(&head, repository_.get()) == 0) {
    const Reference owned(head);
    if (auto commit = commit_of(std::string("refs/remotes/origin/") + ::git_reference_shorthand(head));
        !commit.empty())
      return commit;
  }
  return commit_of("refs/remotes/origin/HEAD");
}

std::string GitRepository::base_commit(const std::string& wanted) const {
  if (!wanted.empty() && wanted != "HEAD") {
    auto commit = commit_of(wanted);
    if (commit.empty()) throw GitError("base_ref '" + wanted + "' could not be resolved");
    return commit;
  }
  const bool head = wanted == "HEAD" || ::git_repository_head_detached(repository_.get()) == 1;
  return head ? commit_of("HEAD") : commit_on_origin();
}

void GitRepository::write_delta(const std::string& base,
                                const std::function<bool(std::string_view path)>& leave_out,
                                const std::function<void(std::string_view text)>& write) const {
  const auto diff = compare(repository_.get(), base, below_);
  const auto count = ::git_diff_num_deltas(diff.get());
  for (std::size_t i = 0; i < count; ++i) {
    const git_diff_delta& delta = *::git_diff_get_delta(diff.get(), i);
    const std::string path(delta.new_file.path);
    if (delta.status == GIT_DELTA_UNMODIFIED || (!is_file(delta.new_file) && !is_file(delta.old_file)))
      continue;
    const auto within = below_.empty() ? path : path.substr(std::min(below_.size() + 1, path.size()));
    if (leave_out(within)) continue;
    if (size_of(repository_.get(), delta) > kMostFileBytes)
      throw Refusal(413, "A file is too large for a delta (256 MiB), take format=tar.gz: " + path);
    git_patch* made = nullptr;
    check(::git_patch_from_diff(&made, diff.get(), i));
    const Patch patch(made);
    if (!patch) continue;
    Buffer text;
    check(::git_patch_to_buf(&text.text, patch.get()));
    write(text.view());
  }
}

}  // namespace collet::file
