#include "git_fetch.hpp"

#include <utility>

#include "git_export.hpp"
#include "git_handles.hpp"
#include "git_http.hpp"
#include "git_library.hpp"
#include "text_file.hpp"

namespace collet::skill_files {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr const char* kWanted = "refs/collet/wanted";

// One fetch: the remote, its transport, and when to give up.
class Session {
 public:
  Session(const Source& source, const std::optional<HttpClient>& client, const Cancellation& cancellation,
          const FetchLimits& limits)
      : source_(source), limits_(limits), cancellation_(cancellation), end_(Clock::now() + limits.all) {
    if (!client) return;
    http_.emplace(GitHttp{*client, {}, Clock::now() + limits.first_answer, cancellation, limits.pack_bytes});
    if (source.has_login()) http_->authorization = basic_authorization(source.user + ":" + source.password);
  }

  bool go_on() const { return !cancellation_.cancelled() && Clock::now() < end_; }

  void connect(git_repository* repository) {
    git_remote_create_options options = GIT_REMOTE_CREATE_OPTIONS_INIT;
    options.repository = repository;
    options.flags = GIT_REMOTE_CREATE_SKIP_INSTEADOF | GIT_REMOTE_CREATE_SKIP_DEFAULT_FETCHSPEC;
    git_remote* made = nullptr;
    if (git_remote_create_with_opts(&made, source_.place.c_str(), &options) != 0)
      throw FetchError(400, "this is no address of a repository");
    remote_.reset(made);
    git_remote_connect_options connection = GIT_REMOTE_CONNECT_OPTIONS_INIT;
    connection.callbacks = callbacks();
    check(git_remote_connect_ext(made, GIT_DIRECTION_FETCH, &connection));
    if (http_) http_->deadline = end_;
  }

  // The commit or tag that the source names, and what to ask for to get it.
  struct Named {
    git_oid id;
    std::string refspec;
  };
  Named named() {
    const git_remote_head** heads = nullptr;
    std::size_t count = 0;
    check(git_remote_ls(&heads, &count, remote_.get()));
    const std::string ref = source_.ref.value_or("HEAD");
    for (const auto& name : {ref == "HEAD" ? ref : "refs/heads/" + ref, "refs/tags/" + ref})
      for (std::size_t at = 0; at < count; ++at)
        if (name == heads[at]->name) return {heads[at]->oid, "+" + name + ":" + kWanted};
    git_oid id = {};
    if (ref.size() == GIT_OID_HEXSZ && git_oid_fromstr(&id, ref.c_str()) == 0)
      return {id, "+refs/heads/*:refs/collet/heads/*"};
    throw FetchError(
        400, ref == "HEAD" ? "the repository is empty" : "the repository has no such branch, tag or commit");
  }

  void fetch(const std::string& refspec) {
    git_fetch_options options = GIT_FETCH_OPTIONS_INIT;
    options.callbacks = callbacks();
    options.download_tags = GIT_REMOTE_DOWNLOAD_TAGS_NONE;
    options.update_fetchhead = 0;
    auto text = refspec;
    char* one = text.data();
    const git_strarray refspecs = {&one, 1};
    check(git_remote_fetch(remote_.get(), &refspecs, &options, nullptr));
  }

 private:
  git_remote_callbacks callbacks() {
    git_remote_callbacks made = GIT_REMOTE_CALLBACKS_INIT;
    made.payload = this;
    made.transport = [](git_transport** out, git_remote* remote, void* self) {
      auto& http = static_cast<Session*>(self)->http_;
      return guarded_transport(out, remote, http ? &*http : nullptr);
    };
    made.transfer_progress = [](const git_indexer_progress* now, void* self) {
      return static_cast<Session*>(self)->on_progress(*now);
    };
    return made;
  }

  int on_progress(const git_indexer_progress& now) {
    too_big_ = now.received_bytes > limits_.pack_bytes || now.total_objects > limits_.objects;
    return too_big_ || !go_on() ? -1 : 0;
  }

  void check(int status) const {
    if (status == 0) return;
    if (cancellation_.cancelled()) throw FetchError(503, "the server is stopping");
    if (http_ && http_->failure.what()[0] != '\0') throw http_->failure;
    if (too_big_) throw FetchError(400, "the repository is too big");
    if (Clock::now() >= end_) throw FetchError(502, "the repository took too long");
    throw FetchError(400, "the repository cannot be fetched: " + git_words());
  }

  const Source& source_;
  const FetchLimits& limits_;
  const Cancellation& cancellation_;
  const Clock::time_point end_;
  std::optional<GitHttp> http_;
  GitRemote remote_;
  bool too_big_ = false;
};

GitRepository new_repository(const fs::path& folder) {
  git_repository* made = nullptr;
  git_repository_init_options options = GIT_REPOSITORY_INIT_OPTIONS_INIT;
  options.flags = GIT_REPOSITORY_INIT_BARE | GIT_REPOSITORY_INIT_MKDIR;  // and no template: it has hooks
  if (git_repository_init_ext(&made, folder.c_str(), &options) != 0)
    throw FileError("no repository can be made: " + git_words());
  return GitRepository(made);
}

std::string digits(const git_oid& id) {
  char text[GIT_OID_HEXSZ + 1];
  return git_oid_tostr(text, sizeof text, &id);
}

// Of a tag the commit that it names.
git_oid commit_of(git_repository* repository, const git_oid& id) {
  git_object *object = nullptr, *commit = nullptr;
  if (git_object_lookup(&object, repository, &id, GIT_OBJECT_ANY) != 0)
    throw FetchError(400, "the repository has no such branch, tag or commit");
  const GitObject owner(object);
  if (git_object_peel(&commit, object, GIT_OBJECT_COMMIT) != 0)
    throw FetchError(400, "the ref names no commit");
  const GitObject commit_owner(commit);
  return *git_object_id(commit);
}

}  // namespace

std::string GitFetcher::resolve(const Source& source) const {
  const GitLibrary library;
  Session session(source, client_, cancellation_, limits_);
  session.connect(nullptr);
  return digits(session.named().id);
}

std::string GitFetcher::fetch(const Source& source, const fs::path& workshop, TreeWriter& to,
                              const std::vector<std::string>& only) const {
  const GitLibrary library;
  const auto repository = new_repository(workshop);
  Session session(source, client_, cancellation_, limits_);
  session.connect(repository.get());
  const auto named = session.named();
  session.fetch(named.refspec);
  const auto commit = commit_of(repository.get(), named.id);
  export_commit(repository.get(), commit, source.folder.value_or(""), only, to,
                [&session] { return session.go_on(); });
  return digits(commit);
}

}  // namespace collet::skill_files
