#include "git_export.hpp"

#include <algorithm>
#include <string_view>

#include "fetch_error.hpp"
#include "git_handles.hpp"
#include "text_file.hpp"

namespace collet::skill_files {
namespace {

struct Export {
  git_repository* repository;
  git_odb* odb;
  TreeWriter& to;
  const std::function<bool()>& go_on;

  std::string_view blob(const git_oid& id, GitBlob& owner) const {
    std::size_t size = 0;
    git_object_t type = GIT_OBJECT_INVALID;
    if (git_odb_read_header(&size, &type, odb, &id) != 0 || type != GIT_OBJECT_BLOB)
      throw FetchError(502, "the repository is damaged");
    if (size > to.room()) throw FileError("the repository's files are too big");
    git_blob* found = nullptr;
    if (git_blob_lookup(&found, repository, &id) != 0) throw FetchError(502, "the repository is damaged");
    owner.reset(found);
    return {static_cast<const char*>(git_blob_rawcontent(found)),
            static_cast<std::size_t>(git_blob_rawsize(found))};
  }

  void entry(const git_tree_entry& one, const std::string& path) const {
    const auto& id = *git_tree_entry_id(&one);
    GitBlob owner;
    switch (git_tree_entry_filemode(&one)) {
      case GIT_FILEMODE_TREE:
        to.add_folder(path);
        tree(id, path + "/", {});
        break;
      case GIT_FILEMODE_LINK:
        to.add_link(path, std::string(blob(id, owner)));
        break;
      case GIT_FILEMODE_BLOB:
        to.add_file(path, blob(id, owner), false);
        break;
      case GIT_FILEMODE_BLOB_EXECUTABLE:
        to.add_file(path, blob(id, owner), true);
        break;
      default:
        break;  // a submodule
    }
  }

  // As deep as TreeWriter lets it.
  void tree(const git_oid& id, const std::string& prefix, const std::vector<std::string>& only) const {
    git_tree* found = nullptr;
    if (git_tree_lookup(&found, repository, &id) != 0) throw FetchError(502, "the repository is damaged");
    const GitTree owner(found);
    for (std::size_t at = 0; at < git_tree_entrycount(found); ++at) {
      const auto* one = git_tree_entry_byindex(found, at);
      const std::string name = git_tree_entry_name(one);
      if (lower(name) == ".git") continue;
      if (!only.empty() && std::find(only.begin(), only.end(), name) == only.end()) continue;
      if (!go_on()) throw FetchError(503, "it was broken off");
      entry(*one, prefix + name);
    }
  }
};

GitTree root_of(git_repository* repository, const git_oid& commit) {
  git_object *object = nullptr, *tree = nullptr;
  if (git_object_lookup(&object, repository, &commit, GIT_OBJECT_ANY) != 0)
    throw FetchError(400, "the repository has no such branch, tag or commit");
  const GitObject owner(object);
  if (git_object_peel(&tree, object, GIT_OBJECT_TREE) != 0)
    throw FetchError(400, "the repository has no such branch, tag or commit");
  return GitTree(reinterpret_cast<git_tree*>(tree));
}

git_oid folder_in(git_tree* root, const std::string& folder) {
  if (folder.empty()) return *git_tree_id(root);
  git_tree_entry* found = nullptr;
  if (git_tree_entry_bypath(&found, root, folder.c_str()) != 0)
    throw FetchError(400, "the repository has no folder of this name (repo_path)");
  const GitTreeEntry owner(found);
  if (git_tree_entry_type(found) != GIT_OBJECT_TREE)
    throw FetchError(400, "repo_path names no folder of the repository");
  return *git_tree_entry_id(found);
}

}  // namespace

void export_commit(git_repository* repository, const git_oid& commit, const std::string& folder,
                   const std::vector<std::string>& only, TreeWriter& to, const std::function<bool()>& go_on) {
  const auto root = root_of(repository, commit);
  const auto id = folder_in(root.get(), folder);
  git_odb* odb = nullptr;
  if (git_repository_odb(&odb, repository) != 0) throw FetchError(502, "the repository is damaged");
  const GitOdb owner(odb);
  Export{repository, odb, to, go_on}.tree(id, "", only);
  to.finish();
}

}  // namespace collet::skill_files
