#include "git_fetch.hpp"

#include <git2.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "collet/host.hpp"
#include "collet/testing/fake_host.hpp"
#include "collet/testing/temporary_folder.hpp"
#include "git_handles.hpp"
#include "git_http.hpp"
#include "git_library.hpp"
#include "text_file.hpp"

namespace collet::skill_files {
namespace {

namespace fs = std::filesystem;

class GitFetchTest : public ::testing::Test {
 protected:
  GitFetchTest() {
    git_repository* made = nullptr;
    EXPECT_EQ(git_repository_init(&made, (folder_ / "repo").c_str(), 0), 0);
    repository_.reset(made);
  }
  // Commits all files of the work tree. -> its 40 digits
  std::string commit(const std::string& branch = "HEAD") {
    git_index* index = nullptr;
    git_oid tree_id, id;
    git_tree* tree = nullptr;
    git_signature* who = nullptr;
    git_commit* parent = nullptr;
    git_oid parent_id;
    git_repository_index(&index, repository_.get());
    git_index_add_all(index, nullptr, 0, nullptr, nullptr);
    git_index_write_tree(&tree_id, index);
    git_tree_lookup(&tree, repository_.get(), &tree_id);
    git_signature_new(&who, "N", "n@example.org", 1, 0);
    if (git_reference_name_to_id(&parent_id, repository_.get(), branch.c_str()) == 0)
      git_commit_lookup(&parent, repository_.get(), &parent_id);
    const git_commit* parents[] = {parent};
    EXPECT_EQ(git_commit_create(&id, repository_.get(), branch.c_str(), who, who, nullptr, "m", tree,
                                parent == nullptr ? 0 : 1, parents),
              0);
    git_commit_free(parent);
    git_signature_free(who);
    git_tree_free(tree);
    git_index_free(index);
    char digits[41];
    return git_oid_tostr(digits, sizeof digits, &id);
  }
  std::string url() const { return "file://" + (folder_ / "repo").string(); }
  std::string fetch(const std::string& text, const std::optional<std::string>& ref = {},
                    const std::optional<std::string>& in = {}) {
    for (const auto* name : {"out", "history"}) {
      fs::remove_all(folder_ / name);
      fs::create_directory(folder_ / name);
    }
    TreeWriter writer(folder_ / "out");
    return fetcher_.fetch(parse_source(text, "/home/u", ref, in), folder_ / "history", writer);
  }
  int status_of(const std::string& text, const std::optional<std::string>& ref = {},
                const std::optional<std::string>& in = {}) {
    try {
      fetch(text, ref, in);
    } catch (const FetchError& error) {
      return error.status();
    }
    return 200;
  }

  const GitLibrary library_;
  collet::testing::TemporaryFolder folder_;
  GitRepository repository_;
  collet::testing::FakeHost host_;
  Host own_{&host_.table()};
  Cancellation cancellation_;
  GitFetcher fetcher_{own_.http_client(), cancellation_};
};

TEST_F(GitFetchTest, WritesTheFilesOfTheNewestCommit) {
  folder_.write("repo/a/b", "1");
  commit();
  folder_.write("repo/a/b", "2");
  folder_.write("repo/c", "3");
  const auto newest = commit();
  EXPECT_EQ(fetch(url()), newest);
  EXPECT_EQ(folder_.read("out/a/b"), "2");
  EXPECT_EQ(folder_.read("out/c"), "3");
  EXPECT_FALSE(fs::exists(folder_ / "out/.git"));
  EXPECT_EQ(fetcher_.resolve(parse_source(url(), "/home/u")), newest);
}

TEST_F(GitFetchTest, TakesBranchesTagsAndCommits) {
  folder_.write("repo/a", "1");
  const auto first = commit();
  git_oid id, tag_id;
  git_oid_fromstr(&id, first.c_str());
  git_object* object = nullptr;
  git_object_lookup(&object, repository_.get(), &id, GIT_OBJECT_ANY);
  git_signature* who = nullptr;
  git_signature_new(&who, "N", "n@example.org", 1, 0);
  EXPECT_EQ(git_tag_create(&tag_id, repository_.get(), "v1", object, who, "m", 0), 0);
  git_object_free(object);
  git_signature_free(who);
  folder_.write("repo/a", "2");
  const auto second = commit();
  folder_.write("repo/a", "3");
  const auto other = commit("refs/heads/other");
  EXPECT_EQ(fetch(url(), "v1"), first) << "the commit, not the tag";
  EXPECT_EQ(folder_.read("out/a"), "1");
  EXPECT_EQ(fetch(url(), first), first);
  EXPECT_EQ(fetch(url(), "other"), other);
  EXPECT_EQ(folder_.read("out/a"), "3");
  EXPECT_EQ(fetch(url()), second);
  EXPECT_EQ(status_of(url(), "nope"), 400);
  EXPECT_EQ(status_of(url(), std::string(40, '1')), 400);
}

TEST_F(GitFetchTest, TakesAFolderOfIt) {
  folder_.write("repo/skills/x/SKILL.md", "S");
  folder_.write("repo/other", "O");
  commit();
  fetch(url(), {}, "skills/x");
  EXPECT_EQ(folder_.read("out/SKILL.md"), "S");
  EXPECT_FALSE(fs::exists(folder_ / "out/other"));
  EXPECT_EQ(status_of(url(), {}, "nope"), 400);
  EXPECT_EQ(status_of(url(), {}, "other"), 400);
}

TEST_F(GitFetchTest, LinksThatLeadOutAreRefused) {
  folder_.write("repo/a", "1");
  fs::create_symlink("../../../etc/passwd", folder_ / "repo/link");
  commit();
  EXPECT_THROW(fetch(url()), FileError);
}

TEST_F(GitFetchTest, ARepositoryThatIsNotThereIsTheCallersMistake) {
  EXPECT_EQ(status_of("file:///nowhere"), 400);
  EXPECT_EQ(status_of(url()), 400) << "empty";
}

TEST_F(GitFetchTest, OverTheNetworkItAsksTheHost) {
  HttpRequest asked;
  host_.answer_http([&](const HttpRequest& request) {
    asked = request;
    return HttpResult{COLLET_OK, {404, {}, ""}, ""};
  });
  EXPECT_EQ(status_of("https://u:p@git.example/r"), 400);
  EXPECT_EQ(asked.url, "https://git.example/r.git/info/refs?service=git-upload-pack");
  EXPECT_EQ(asked.headers.back().second, "Basic dTpw");
  host_.answer_http([](const HttpRequest&) { return HttpResult{COLLET_INVALID, {}, "may not be called"}; });
  EXPECT_EQ(status_of("https://10.0.0.1/r"), 400);
  host_.answer_http([](const HttpRequest&) { return HttpResult{COLLET_UNAVAILABLE, {}, "no answer"}; });
  EXPECT_EQ(status_of("https://git.example/r"), 502);
  host_.answer_http([](const HttpRequest&) { return HttpResult{COLLET_OK, {200, {}, "<html>"}, ""}; });
  EXPECT_EQ(status_of("https://git.example/r"), 400) << "no git server";
  host_.answer_http([](const HttpRequest&) { return HttpResult{COLLET_OK, {503, {}, ""}, ""}; });
  EXPECT_EQ(status_of("https://git.example/r"), 502);
}

TEST_F(GitFetchTest, NonsenseFromAServerIsNoCrash) {
  for (const std::string body : {"", "0000", "zzzz", "001e# service=git-upload-pack\n0000", "ffff", "0004"}) {
    host_.answer_http([&](const HttpRequest&) {
      return HttpResult{
          COLLET_OK, {200, {{"content-type", "application/x-git-upload-pack-advertisement"}}, body}, ""};
    });
    EXPECT_NE(status_of("https://git.example/r"), 200) << body;
  }
}

TEST(BasicAuthorization, IsBase64) {
  EXPECT_EQ(basic_authorization("a"), "Basic YQ==");
  EXPECT_EQ(basic_authorization("ab:"), "Basic YWI6");
  EXPECT_EQ(basic_authorization("user:pass"), "Basic dXNlcjpwYXNz");
}

}  // namespace
}  // namespace collet::skill_files
