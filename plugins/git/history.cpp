#include "history.hpp"

#include <array>
#include <cstdio>
#include <ctime>
#include <queue>
#include <set>
#include <utility>

#include "text.hpp"

namespace collet::git {
namespace {

// 2026-01-02T03:04:05+01:00; "Z" where the offset is none.
std::string moment(const git_time& when) {
  const std::time_t local = when.time + static_cast<std::time_t>(when.offset) * 60;
  std::tm parts{};
  if (::gmtime_r(&local, &parts) == nullptr) return "1970-01-01T00:00:00Z";
  std::array<char, 64> text{};
  std::string moment(text.data(), std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S", &parts));
  if (when.offset == 0) return moment + "Z";
  const int minutes = when.offset < 0 ? -when.offset : when.offset;
  std::snprintf(text.data(), text.size(), "%c%02d:%02d", when.offset < 0 ? '-' : '+', minutes / 60,
                minutes % 60);
  return moment + text.data();
}

std::string short_id(git_commit* commit) {
  git_buf text = GIT_BUF_INIT;
  check(git_object_short_id(&text, reinterpret_cast<git_object*>(commit)));
  std::string copy(text.ptr, text.size);
  git_buf_dispose(&text);
  return copy;
}

Commit described(git_commit* commit) {
  Commit out;
  out.sha.resize(GIT_OID_HEXSZ);
  git_oid_fmt(out.sha.data(), git_commit_id(commit));
  out.short_sha = short_id(commit);
  if (const char* summary = git_commit_summary(commit); summary != nullptr) out.subject = utf8(summary);
  if (const auto* author = git_commit_author(commit); author != nullptr) {
    out.author = utf8(author->name);
    out.timestamp = moment(author->when);
  }
  return out;
}

struct Less {
  bool operator()(const git_oid& a, const git_oid& b) const { return git_oid_cmp(&a, &b) < 0; }
};

// Commits by their time, newest first, as git's log has them. libgit2's own walk fails at the end of a
// shallow clone.
class Walk {
 public:
  Walk(const Repository& repository, const git_oid& start) : repository_(repository) { add(start); }

  CommitHandle next() {
    if (waiting_.empty()) return {};
    const auto id = waiting_.top().id;
    waiting_.pop();
    auto commit = repository_.commit(id);
    if (!repository_.is_boundary(id))
      for (unsigned i = 0; i < git_commit_parentcount(commit.get()); ++i)
        add(*git_commit_parent_id(commit.get(), i));
    return commit;
  }

 private:
  struct Waiting {
    git_time_t time = 0;
    std::size_t order = 0;
    git_oid id{};
    bool operator<(const Waiting& other) const {
      return time != other.time ? time < other.time : order > other.order;
    }
  };

  void add(const git_oid& id) {
    if (!seen_.insert(id).second) return;
    waiting_.push({git_commit_time(repository_.commit(id).get()), seen_.size(), id});
  }

  const Repository& repository_;
  std::set<git_oid, Less> seen_;
  std::priority_queue<Waiting> waiting_;
};

}  // namespace

CommitPage newest_commits(const Repository& repository, std::size_t limit) {
  CommitPage page;
  const auto head = repository.head();
  if (!head) return page;
  Walk walk(repository, *head);
  while (const auto commit = walk.next()) {
    page.has_more = page.commits.size() == limit;
    if (page.has_more) break;
    page.commits.push_back(described(commit.get()));
  }
  return page;
}

}  // namespace collet::git
