#include "skill.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <string>

#include "collet/testing/temporary_folder.hpp"
#include "mcp_servers.hpp"
#include "text_file.hpp"

namespace collet::skill_files {
namespace {

class SkillTest : public ::testing::Test {
 protected:
  Skill load(const std::string& path, const std::string& text) {
    return load_skill(folder_.write(path, text), root());
  }
  std::filesystem::path root() const { return folder_.path(); }

  collet::testing::TemporaryFolder folder_;
};

TEST_F(SkillTest, IsNamedAfterItsPathWhereItSaysNone) {
  EXPECT_EQ(load("a/b.md", "Text").name, "a/b");
  EXPECT_EQ(load("c.md", "---\nname: other\n---\nText").name, "other");
  EXPECT_EQ(load("d.md", "---\nname:\n---\nText").name, "d");
}

TEST_F(SkillTest, HasOneKindOfTrigger) {
  EXPECT_EQ(load("a.md", "Text").trigger, Trigger::kNone);
  const auto keyword = load("b.md", "---\ntriggers: [x, 7]\n---\nText");
  EXPECT_EQ(keyword.trigger, Trigger::kKeyword);
  EXPECT_EQ(keyword.words, (std::vector<std::string>{"x", "7"}));
  const auto path = load("c.md", "---\npaths: '*.py, src/** '\ntriggers: [x]\n---\nText");
  EXPECT_EQ(path.trigger, Trigger::kPath);
  EXPECT_EQ(path.words, (std::vector<std::string>{"*.py", "src/**"}));
  EXPECT_TRUE(path.disable_model_invocation);
}

TEST_F(SkillTest, OfATaskAsksForItsInputs) {
  const auto task = load("t.md", "---\ninputs:\n- {name: PR, description: number}\n---\nSee ${PR}.");
  EXPECT_EQ(task.trigger, Trigger::kTask);
  EXPECT_EQ(task.words, (std::vector<std::string>{"/t"}));
  EXPECT_GT(task.content.size(), std::string("See ${PR}.").size());
  EXPECT_EQ(load("u.md", "---\ninputs: []\n---\nNo variable: ${ 1}").content, "No variable: ${ 1}");
  EXPECT_THROW(load("v.md", "---\ninputs: [{name: x}]\n---\n"), FileError);
}

TEST_F(SkillTest, AnAgentskillIsNamedAsItsFolder) {
  const auto skill = load("my-skill/SKILL.md", "---\nname: my-skill\ndescription: d\n---\nBody");
  EXPECT_TRUE(skill.is_agentskill);
  EXPECT_EQ(skill.description, "d");
  EXPECT_EQ(load("other/skill.MD", "Body").name, "other");
  EXPECT_THROW(load("x/SKILL.md", "---\nname: y\n---\n"), FileError);
  EXPECT_THROW(load("Bad_Name/SKILL.md", "Body"), FileError);
  SkillRules relaxed;
  relaxed.strict = false;
  EXPECT_EQ(load_skill(root() / "x/SKILL.md", root(), relaxed).name, "y");
}

TEST_F(SkillTest, InstructionsAreTakenAsTheyAre) {
  const auto skill = load("AGENTS.md", "---\nname: not me\n---\nText\n");
  EXPECT_EQ(skill.name, "agents");
  EXPECT_EQ(skill.content, "---\nname: not me\n---\nText\n");
  const auto nested = load_instructions(folder_.write("sub/CLAUDE.md", "Text"), "sub");
  EXPECT_EQ(nested.name, "claude:sub");
  EXPECT_EQ(nested.words, (std::vector<std::string>{"sub/**"}));
}

TEST_F(SkillTest, OfAWrongFormIsRefused) {
  EXPECT_THROW(load("a.md", "---\ntriggers: x\n---\n"), FileError);
  EXPECT_THROW(load("b.md", "---\ndescription: [x]\n---\n"), FileError);
  EXPECT_THROW(load("c.md", "---\nname: [\n---\n"), FileError);
  EXPECT_THROW(load("d.md", "caf\xE9"), FileError) << "no UTF-8";
  EXPECT_THROW(load("e.md", std::string((1 << 20) + 1, 'x')), FileError);
  EXPECT_THROW(load("f.md", "---\nmcp_tools: x\n---\n"), FileError);
  ASSERT_EQ(::mkfifo((root() / "pipe.md").c_str(), 0600), 0);
  EXPECT_THROW(load_skill(root() / "pipe.md", root()), FileError);
  EXPECT_THROW(load_skill(root() / "none.md", root()), FileError);
}

TEST_F(SkillTest, ALongDescriptionIsCut) {
  std::string umlauts;
  for (int i = 0; i < 2000; ++i) umlauts += "ü";
  const auto skill = load("a.md", "---\ndescription: " + umlauts + "\n---\nText");
  EXPECT_EQ(characters(*skill.description), 1024U);
  EXPECT_NE(skill.description->find("a.md"), std::string::npos);
}

TEST_F(SkillTest, ReadsTheMcpServersBesideIt) {
  folder_.write("s/.mcp.json", R"({"mcpServers":{"a":{"command":"x","type":"stdio","zzz":1}}})");
  EXPECT_EQ(load("s/SKILL.md", "Body").mcp_servers,
            R"({"a":{"transport":"stdio","command":"x","enabled":true}})");
  folder_.write("s/.mcp.json", "{");
  EXPECT_THROW(load("s/SKILL.md", "Body"), FileError);
}

TEST_F(SkillTest, WindowsLinesAndMarksAreTakenOff) {
  const auto skill = load("a.md", "\xEF\xBB\xBF---\r\nname: n\r\n---\r\nOne\r\nTwo\r\n");
  EXPECT_EQ(skill.name, "n");
  EXPECT_EQ(skill.content, "One\nTwo");
}

TEST(McpServers, HideTheirSecrets) {
  const auto given = json::parse(R"({"a":{"url":"https://x","headers":{"X":"s3"},"auth":
      {"strategy":"basic","username":"u","password":"s3","state":{"t":"s3"}}},"b":{"command":"c","env":{"K":"s3"}}})");
  const auto shown = json::dump(hidden_mcp_servers(checked_mcp_servers(*given)));
  EXPECT_EQ(shown.find("s3"), std::string::npos) << shown;
  EXPECT_NE(shown.find(R"("username":"u")"), std::string::npos);
}

TEST(McpServers, ThatAreWrongAreRefused) {
  for (const auto* text : {R"([])", R"({"a":1})", R"({"a":{"transport":"stdio"}})", R"({"a":{"type":"sse"}})",
                           R"({"a":{"args":"x"}})", R"({"a":{"env":{"K":1}}})",
                           R"({"a":{"transport":"zz","url":"u"}})", R"({"a":{"auth":{"strategy":"zz"}}})",
                           R"({"a":{"url":"u","headers":{"authorization":"x"},"auth":{"strategy":"none"}}})"})
    EXPECT_THROW(checked_mcp_servers(*json::parse(text)), FileError) << text;
}

}  // namespace
}  // namespace collet::skill_files
