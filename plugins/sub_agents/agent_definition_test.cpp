#include "agent_definition.hpp"

#include <gtest/gtest.h>

#include <string>

#include "builtin_agents.hpp"
#include "collet/testing/temporary_folder.hpp"
#include "condenser.hpp"
#include "text_file.hpp"

namespace collet::sub_agents {
namespace {

using skill_files::FileError;

json::Document shown(const std::string& front_matter, const std::string& text = "Text.") {
  return read_agent("---\n" + front_matter + "\n---\n" + text, "file-name", "project", "/a.md").shown;
}

TEST(AgentDefinition, HasDefaults) {
  const auto agent = read_agent("You help.", "helper", "user", "/x/helper.md");
  EXPECT_EQ(agent.name, "helper");
  EXPECT_EQ(json::dump(agent.shown),
            R"({"name":"helper","description":"","model":"inherit","color":null,"tools":[],"skills":[],)"
            R"("system_prompt":"You help.","when_to_use_examples":[],"permission_mode":null,)"
            R"("max_iteration_per_run":null,"max_budget_per_run":null,"mcp_config":null,"mcp_servers":null,)"
            R"("profile_store_dir":null,"hooks":null,"condenser":null,"metadata":{},"level":"user",)"
            R"("source":"/x/helper.md","is_builtin":false})");
}

TEST(AgentDefinition, TakesOneTextForAList) {
  const auto agent = shown("tools: terminal\nskills: a, b ,,c");
  EXPECT_EQ(json::dump(*json::find(agent, "tools")), R"(["terminal"])");
  EXPECT_EQ(json::dump(*json::find(agent, "skills")), R"(["a","b","c"])");
}

TEST(AgentDefinition, KeepsWhatItDoesNotKnow) {
  EXPECT_EQ(json::dump(*json::find(shown("zzz: {a: [1, no]}\nname: n"), "metadata")),
            R"({"zzz":{"a":[1,false]}})");
}

TEST(AgentDefinition, FindsExamplesThatAreNotClosed) {
  const auto agent = shown("description: a <example> one </example> b <example>two");
  EXPECT_EQ(json::dump(*json::find(agent, "when_to_use_examples")), R"(["one"])");
}

TEST(AgentDefinition, RefusesWrongValues) {
  for (const auto* line :
       {"permission_mode: x", "max_iteration_per_run: 0", "max_iteration_per_run: 1.5",
        "max_budget_per_run: -1", "condenser: x", "mcp_servers: x", "profile_store_dir: 5", "x: ["})
    EXPECT_THROW(shown(line), FileError) << line;
}

TEST(Condenser, IsShownWithoutSecrets) {
  EXPECT_EQ(shown_condenser(nullptr), "null");
  const auto off = json::parse(R"(" Off ")");
  EXPECT_EQ(shown_condenser(&*off), R"({"kind":"NoOpCondenser"})");
  const auto nested = json::parse(
      R"({"kind":"PipelineCondenser","condensers":[{"kind":"LLMSummarizingCondenser","llm":{"api_key":"s3","max_tokens":1}}]})");
  EXPECT_EQ(shown_condenser(&*nested).find("s3"), std::string::npos);
  EXPECT_NE(shown_condenser(&*nested).find(R"("max_tokens":1)"), std::string::npos);
}

TEST(BuiltinAgents, AreWhole) {
  const auto all = builtin_agents();
  ASSERT_EQ(all.size(), 4U);
  for (const auto& agent : all)
    EXPECT_FALSE(json::string_or(agent.shown, "system_prompt").empty()) << agent.name;
}

TEST(AgentsIn, TheFirstOfANameCountsAndBadOnesAreWarnings) {
  const collet::testing::TemporaryFolder folder;
  folder.write(".agents/agents/a.md", "first");
  folder.write(".agents/agents/bad.md", "---\ncondenser: x\n---\n");
  folder.write(".openhands/agents/a.md", "second");
  folder.write(".openhands/agents/b.MD", "b");
  folder.write(".openhands/agents/Readme.md", "no");
  std::vector<std::string> warnings;
  const auto all =
      agents_in(folder.path(), "project", [&](const std::string& line) { warnings.push_back(line); });
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(json::string_or(all[0].shown, "system_prompt"), "first");
  EXPECT_EQ(all[1].name, "b");
  EXPECT_EQ(warnings.size(), 1U);
}

}  // namespace
}  // namespace collet::sub_agents
