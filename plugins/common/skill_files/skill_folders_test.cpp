#include "skill_folders.hpp"

#include <git2.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "collet/testing/temporary_folder.hpp"
#include "git_library.hpp"

namespace collet::skill_files {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;

class SkillFoldersTest : public ::testing::Test {
 protected:
  fs::path root() const { return folder_.path(); }
  Warn warn() {
    return [this](const std::string& line) { warnings_.push_back(line); };
  }
  std::vector<std::string> of_project(const fs::path& project) {
    std::vector<std::string> names;
    for (const auto& skill : project_skills(project, warn())) names.push_back(skill.name);
    return names;
  }

  collet::testing::TemporaryFolder folder_;
  std::vector<std::string> warnings_;
};

TEST_F(SkillFoldersTest, TheirOrderIsInstructionsAlwaysTriggeredAgentskills) {
  folder_.write("AGENTS.md", "A");
  folder_.write(".openhands/skills/zz/SKILL.md", "Body");
  folder_.write(".openhands/skills/zz/references/more.md", "belongs to it");
  folder_.write(".openhands/skills/aa.md", "---\ntriggers: [x]\n---\nB");
  folder_.write(".openhands/skills/deep/er/always.md", "C");
  folder_.write(".openhands/skills/README.md", "no skill");
  EXPECT_THAT(of_project(root()), ElementsAre("agents", "deep/er/always", "aa", "zz"));
}

TEST_F(SkillFoldersTest, TheFirstOfANameCounts) {
  folder_.write(".agents/skills/a.md", "first");
  folder_.write(".openhands/skills/a.md", "second");
  folder_.write(".openhands/microagents/a.md", "third");
  const auto skills = project_skills(root(), warn());
  ASSERT_EQ(skills.size(), 1U);
  EXPECT_EQ(skills[0].content, "first");
}

TEST_F(SkillFoldersTest, AProjectInARepositoryHasItsSkillsToo) {
  fs::create_directories(root() / ".git");
  folder_.write("AGENTS.md", "top");
  folder_.write(".agents/skills/top.md", "T");
  folder_.write("sub/.agents/skills/own.md", "O");
  folder_.write("sub/AGENTS.md", "own");
  const auto skills = project_skills(root() / "sub", warn());
  ASSERT_EQ(skills.size(), 3U);
  EXPECT_EQ(skills[0].content, "own");
  EXPECT_EQ(skills[1].name, "own");
  EXPECT_EQ(skills[2].name, "top");
}

TEST_F(SkillFoldersTest, NestedInstructionsCountForTheirFolder) {
  folder_.write("server/AGENTS.md", "S");
  folder_.write("node_modules/x/AGENTS.md", "no");
  folder_.write(".hidden/AGENTS.md", "no");
  EXPECT_THAT(of_project(root()), ElementsAre("agents:server"));
}

TEST_F(SkillFoldersTest, WhatGitIgnoresIsLeftOut) {
  const GitLibrary library;
  git_repository* repository = nullptr;
  ASSERT_EQ(git_repository_init(&repository, root().c_str(), 0), 0);
  git_repository_free(repository);
  folder_.write(".gitignore", "build/\n");
  folder_.write("build/AGENTS.md", "no");
  folder_.write(".github/AGENTS.md", "yes");
  EXPECT_THAT(of_project(root()), ElementsAre("agents:.github"));
}

TEST_F(SkillFoldersTest, ALinkedFileCountsOnce) {
  folder_.write("AGENTS.md", "A");
  fs::create_symlink("AGENTS.md", root() / "CLAUDE.md");
  EXPECT_THAT(of_project(root()), ElementsAre("agents"));
}

TEST_F(SkillFoldersTest, ABadFileIsAWarningAndTheOthersStay) {
  folder_.write(".agents/skills/bad.md", "---\nname: [\n---\n");
  folder_.write(".agents/skills/good.md", "G");
  EXPECT_THAT(of_project(root()), ElementsAre("good"));
  ASSERT_EQ(warnings_.size(), 1U);
  EXPECT_NE(warnings_[0].find("bad.md"), std::string::npos);
}

TEST_F(SkillFoldersTest, LinksInCirclesAreNotFollowed) {
  folder_.write(".agents/skills/a.md", "A");
  fs::create_directory_symlink("..", root() / ".agents/skills/up");
  EXPECT_THAT(of_project(root()), ElementsAre("a"));
}

TEST_F(SkillFoldersTest, InstalledOnesComeAfterTheUsersOwn) {
  folder_.write(".openhands/skills/own.md", "O");
  folder_.write(".openhands/skills/installed/off/SKILL.md", "Body");
  folder_.write(".openhands/skills/installed/off/references/x.md", "no skill");
  folder_.write(".openhands/skills/installed/on/SKILL.md", "Body");
  std::vector<std::string> names;
  for (const auto& skill : user_skills(root(), {installed_skills_folder(root()) / "on"}, warn()))
    names.push_back(skill.name);
  EXPECT_THAT(names, ElementsAre("own", "on"));
}

TEST_F(SkillFoldersTest, ThereAreBounds) {
  for (int i = 0; i < 2005; ++i) folder_.write(".agents/skills/" + std::to_string(i) + ".md", "x");
  EXPECT_EQ(of_project(root()).size(), 2000U);
  EXPECT_TRUE(project_skills("/nowhere/at/all", warn()).empty());
}

}  // namespace
}  // namespace collet::skill_files
