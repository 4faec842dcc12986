#include <cstdlib>
#include <filesystem>
#include <string>

#include "testing/plugin_test.hpp"

namespace collet::file {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class Archive : public testing::PluginTest {
 protected:
  Response get(const std::string& query) { return plugin_.get("/api/file/archive?path=" + query); }
  void make_repository() {
    ::setenv("GIT_CONFIG_GLOBAL", "/dev/null", 1);
    folder_.write("base/repo/a.txt", "one\n");
    has_git_ = std::system(("cd '" + at("base/repo") +
                            "' && git init -q -b main && git add a.txt && git -c user.name=T " +
                            "-c user.email=t@example.org commit -q -m x && " +
                            "git remote add origin https://user:T0KEN@example.org/r.git")
                               .c_str()) == 0;
  }
  bool has_git_ = false;
};

TEST_F(Archive, of_a_folder) {
  folder_.write("f/x", "one");
  const auto answer = get(at("f") + "&format=tar.gz");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.content_type, "application/gzip");
  EXPECT_EQ(header(answer, "content-disposition"), "attachment; filename=\"f.tar.gz\"");
  EXPECT_THAT(answer.body, StartsWith("\x1f\x8b"));
}

TEST_F(Archive, says_what_is_wrong) {
  folder_.write("f/x", "one");
  const auto none = R"({"detail":"Not a git repository: Not a git repository: )" + at("f") + "\"}";
  EXPECT_EQ(get(at("f")).body, none);
  EXPECT_EQ(get(at("f") + "&format=git-delta").body, none);
  EXPECT_EQ(get(at("none") + "&format=tar.gz").body, R"({"detail":"Directory not found"})");
  EXPECT_EQ(get(at("f/x") + "&format=tar.gz").body, R"({"detail":"Path is not a directory"})");
  EXPECT_EQ(get("f&format=tar.gz").body, R"({"detail":"Path must be absolute"})");
  EXPECT_EQ(get(at("f") + "&base_ref=-x").body, R"({"detail":"base_ref must not start with '-'"})");
  EXPECT_EQ(
      get(at("f") + "&format=zip").body,
      R"({"detail":[{"type":"literal_error","loc":["query","format"],"msg":"Input should be 'git-delta' or 'tar.gz'",)"
      R"("input":"zip","ctx":{"expected":"'git-delta' or 'tar.gz'"}}]})");
  EXPECT_THAT(get(at("f") + "&use_default_excludes=perhaps").body, HasSubstr("bool_parsing"));
}

TEST_F(Archive, of_a_repository_says_which_and_no_password) {
  make_repository();
  if (!has_git_) GTEST_SKIP() << "there is no git here";
  for (const auto* format : {"tar.gz", "git-delta"}) {
    const auto answer = get(at("base") + "&format=" + format);
    ASSERT_EQ(answer.status, 200) << answer.body;
    EXPECT_EQ(header(answer, "x-archive-branch"), "main");
    EXPECT_EQ(header(answer, "x-archive-head-commit").size(), 40U);
    EXPECT_EQ(header(answer, "x-archive-repo-remote"), "https%3A%2F%2F%2A%2A%2A%2A%40example.org%2Fr.git");
    EXPECT_THAT(header(answer, "x-archive-repo-root"), ::testing::EndsWith("base%2Frepo"));
    EXPECT_THAT(header(answer, "content-disposition"), HasSubstr("\"repo."));
  }
}

TEST_F(Archive, of_changes_says_against_what) {
  make_repository();
  if (!has_git_) GTEST_SKIP() << "there is no git here";
  folder_.write("base/repo/b.txt", "two\n");
  const auto answer = get(at("base/repo") + "&base_ref=main");
  EXPECT_EQ(answer.content_type, "text/x-patch; charset=utf-8");
  EXPECT_EQ(header(answer, "x-archive-base-commit"), header(answer, "x-archive-head-commit"));
  EXPECT_EQ(header(answer, "x-archive-base-ref"), "main");
  EXPECT_EQ(header(answer, "accept-ranges"), "bytes");
  EXPECT_THAT(answer.body, StartsWith("diff --git a/b.txt b/b.txt\nnew file mode 100644\n"));
  EXPECT_EQ(get(at("base/repo") + "&base_ref=main&exclude=*.txt").body, "");
  EXPECT_EQ(get(at("base/repo") + "&base_ref=nonsense").body,
            R"({"detail":"base_ref 'nonsense' could not be resolved"})");
}

}  // namespace
}  // namespace collet::file
