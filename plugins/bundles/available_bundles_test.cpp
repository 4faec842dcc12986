#include "available_bundles.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "collet/json.hpp"
#include "collet/testing/temporary_folder.hpp"

namespace collet::bundles {
namespace {

class BundlesTest : public ::testing::Test {
 protected:
  void put(const std::string& folder, const std::string& name, const std::string& version) {
    folder_.write(folder + "/.plugin/plugin.json",
                  R"({"name":")" + name + R"(","version":")" + version + "\"}");
  }
  std::string contents(const std::string& folder) {
    json::Writer w;
    w.object();
    write_contents(w, folder_ / folder, "named", warn_);
    return w.end().take();
  }

  collet::testing::TemporaryFolder folder_;
  std::vector<std::string> warnings_;
  skill_files::Warn warn_ = [this](const std::string& line) { warnings_.push_back(line); };
};

TEST_F(BundlesTest, OfAUserAreThereInOrderAndTheInstalledFolderIsNone) {
  put(".agents/plugins/a", "one", "1");
  put(".openhands/plugins/b", "one", "2");
  put(".openhands/plugins/installed/three", "three", "3");
  put(".openhands/plugins/installed/four", "four", "4");
  skill_files::InstalledFolders installed(installed_bundles_folder(folder_.path()), skill_files::bundle_about,
                                          warn_);
  installed.list();
  installed.set_enabled("four", false);
  const auto all = user_bundles(folder_.path(), installed, warn_);
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].about.version, "1");
  EXPECT_EQ(all[1].about.name, "three");
}

TEST_F(BundlesTest, OfTheSecondComeInThePlaceOfTheFirst) {
  const auto all =
      merged({{{"a", "1", ""}, {}}, {{"b", "1", ""}, {}}}, {{{"c", "2", ""}, {}}, {{"a", "2", ""}, {}}});
  ASSERT_EQ(all.size(), 3U);
  EXPECT_EQ(all[0].about.version, "2");
  EXPECT_EQ(all[2].about.name, "c");
}

TEST_F(BundlesTest, ThatCannotBeReadHaveNoContents) {
  folder_.write("bad/.plugin/plugin.json", "{");
  EXPECT_EQ(contents("bad"), R"({"skills":null,"files":null})");
  EXPECT_EQ(contents("nowhere"), R"({"skills":null,"files":null})");
}

TEST_F(BundlesTest, HaveSkillsCommandsAndFiles) {
  put("x", "own", "1");
  folder_.write("x/skills/Free Name/SKILL.md", "Body");
  folder_.write("x/skills/plain.md", "---\ndescription: p\n---\nBody");
  folder_.write("x/skills/README.md", "no");
  folder_.write("x/skills/bad/SKILL.md", "---\nname: [\n---\n");
  folder_.write("x/commands/go.md", "Go.");
  folder_.write("x/.git/config", "no");
  const auto text = contents("x");
  EXPECT_NE(text.find(R"({"name":"Free Name","description":null},{"name":"plain","description":"p"},)"
                      R"({"name":"own:go","description":"Command go of own"})"),
            std::string::npos)
      << text;
  EXPECT_EQ(text.find(".git"), std::string::npos);
  EXPECT_EQ(warnings_.size(), 1U);
}

TEST_F(BundlesTest, OfAProjectAreThoseOfItsRepositoryToo) {
  folder_.write(".git/HEAD", "");
  put(".agents/plugins/a", "top", "1");
  put("sub/.openhands/plugins/b", "own", "1");
  const auto all = project_bundles(folder_ / "sub", warn_);
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].about.name, "own");
}

}  // namespace
}  // namespace collet::bundles
