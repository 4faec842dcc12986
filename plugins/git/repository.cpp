#include "repository.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string_view>
#include <system_error>
#include <utility>

#include "collet/http.hpp"
#include "text.hpp"

namespace collet::git {
namespace {

constexpr std::size_t kMaxRefBytes = 1024;

std::string hex(const git_oid& id) {
  std::array<char, GIT_OID_HEXSZ + 1> text{};
  return git_oid_tostr(text.data(), text.size(), &id);
}

Refusal no_commit(const std::string& name) {
  return Refusal(400, "No commit here is named '" + utf8(name.substr(0, 200)) + "'");
}

std::optional<git_oid> commit_behind(git_object* object) {
  git_object* commit = nullptr;
  if (git_object_peel(&commit, object, GIT_OBJECT_COMMIT) < 0) return std::nullopt;
  const ObjectHandle owned(commit);
  return *git_object_id(commit);
}

}  // namespace

Repository::Repository(Kept kept, GiveBack give_back)
    : kept_(std::move(kept)), give_back_(std::move(give_back)) {
  std::error_code error;
  if (const char* folder = git_repository_workdir(get()); folder != nullptr) {
    work_tree_ = std::filesystem::canonical(folder, error).string();
    if (!work_tree_.ends_with('/')) work_tree_ += '/';
  }
  if (git_repository_is_shallow(get()) == 1) {
    std::ifstream in(std::string(git_repository_commondir(get())) + "shallow", std::ios::binary);
    boundary_.assign(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
  }
}

Repository::~Repository() {
  if (kept_.handle) give_back_(std::move(kept_));
}

IndexHandle Repository::index() const {
  auto index = made<IndexHandle>(git_repository_index, get());
  check(git_index_read(index.get(), 0));
  return index;
}

std::string Repository::top() const {
  return work_tree_.substr(0, std::max<std::size_t>(work_tree_.size(), 1) - 1);
}

std::string Repository::place_of(const std::string& path) const {
  if (work_tree_.empty()) throw Refusal(400, "The repository is bare: it has no working tree");
  const std::string folder = path.ends_with('/') ? path : path + '/';
  std::string place;
  if (folder.starts_with(work_tree_)) place = folder.substr(work_tree_.size());
  if (!folder.starts_with(work_tree_) || place.starts_with(".git/"))
    throw Refusal(400, "Not in the repository's working tree: " + utf8(path));
  if (!place.empty()) place.pop_back();
  return place;
}

std::optional<git_oid> Repository::reference(const std::string& name) const {
  const auto reference = found<ReferenceHandle>(git_reference_lookup, get(), name.c_str());
  if (!reference) return std::nullopt;
  git_object* object = nullptr;
  if (git_reference_peel(&object, reference.get(), GIT_OBJECT_COMMIT) < 0) return std::nullopt;
  const ObjectHandle owned(object);
  return *git_object_id(object);
}

std::optional<git_oid> Repository::head() const { return reference("HEAD"); }

std::optional<std::string> Repository::branch() const {
  const auto head = found<ReferenceHandle>(git_reference_lookup, get(), "HEAD");
  if (!head || git_reference_type(head.get()) != GIT_REFERENCE_SYMBOLIC || !this->head()) return std::nullopt;
  const std::string target = git_reference_symbolic_target(head.get());
  constexpr std::string_view kHeads = "refs/heads/";
  if (!target.starts_with(kHeads)) return std::nullopt;
  return target.substr(kHeads.size());
}

// libgit2 tries what it does not know with regular expressions, as a name that `git describe` gives, and
// loses 20 KiB of memory for each that does not match. So it is only asked for what is there.
bool Repository::is_name_or_id(const std::string& ref) const {
  if (ref.find("@{-") != std::string::npos) return false;
  const std::string base = ref.substr(0, ref.find_first_of("~^@"));
  if (base.empty()) return ref.front() == '@';
  git_reference* named = nullptr;
  if (git_reference_dwim(&named, get(), base.c_str()) == 0) {
    const ReferenceHandle owned(named);
    return true;
  }
  git_oid id;
  git_object* object = nullptr;
  if (base.size() > GIT_OID_HEXSZ || git_oid_fromstrn(&id, base.c_str(), base.size()) < 0 ||
      git_object_lookup_prefix(&object, get(), &id, base.size(), GIT_OBJECT_ANY) < 0)
    return false;
  const ObjectHandle owned(object);
  return true;
}

git_oid Repository::commit_named(const std::string& ref) const {
  // A colon names files and searches messages: no commit, or a search of the whole history with an expression
  // that may take for ever.
  if (ref.empty() || ref.size() > kMaxRefBytes || ref.find('\0') != std::string::npos ||
      ref.find(':') != std::string::npos || ref.find("{/") != std::string::npos || !is_name_or_id(ref))
    throw no_commit(ref);
  git_object* object = nullptr;
  if (git_revparse_single(&object, get(), ref.c_str()) < 0) throw no_commit(ref);
  const ObjectHandle owned(object);
  const auto commit = commit_behind(object);
  if (!commit) throw no_commit(ref);
  return *commit;
}

git_oid Repository::commit_with(const std::string& sha) const {
  git_oid prefix;
  git_object* object = nullptr;
  if (sha.size() > GIT_OID_HEXSZ || git_oid_fromstrn(&prefix, sha.c_str(), sha.size()) < 0)
    throw no_commit(sha);
  const int code = git_object_lookup_prefix(&object, get(), &prefix, sha.size(), GIT_OBJECT_ANY);
  if (code == GIT_EAMBIGUOUS) throw Refusal(400, "Several objects here begin with '" + sha + "'");
  if (code == GIT_ENOTFOUND) throw no_commit(sha);
  check(code);
  const ObjectHandle owned(object);
  const auto commit = commit_behind(object);
  if (!commit) throw no_commit(sha);
  return *commit;
}

CommitHandle Repository::commit(const git_oid& id) const {
  return made<CommitHandle>(git_commit_lookup, get(), &id);
}

TreeHandle Repository::tree(const git_oid& commit) const {
  return made<TreeHandle>(git_commit_tree, this->commit(commit).get());
}

std::optional<git_oid> Repository::first_parent(const git_oid& id) const {
  const auto from = commit(id);
  if (git_commit_parentcount(from.get()) == 0 || is_boundary(id)) return std::nullopt;
  return *git_commit_parent_id(from.get(), 0);
}

bool Repository::is_boundary(const git_oid& commit) const {
  return !boundary_.empty() && boundary_.find(hex(commit)) != std::string::npos;
}

}  // namespace collet::git
