// Loads the built plugin the way the server does, with a server that is not there.
#include <string>

#include <gtest/gtest.h>

#include <collet/testing/fake_host.hpp>
#include <collet/testing/plugin_under_test.hpp>

namespace {

using collet::testing::FakeHost;
using collet::testing::PluginUnderTest;

class TemplateNameTest : public ::testing::Test {
 protected:
  FakeHost host_{R"({"greeting": "Good morning", "pause_ms": 1})"};
  PluginUnderTest plugin_{host_, PLUGIN_FILE};
};

TEST_F(TemplateNameTest, RouteGreets) {
  plugin_.start();
  const auto answer = plugin_.get("/api/template-name/greeting?who=Ann");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, R"({"greeting":"Good morning, Ann!"})");
}

TEST_F(TemplateNameTest, RouteNeedsAName) {
  plugin_.start();
  EXPECT_EQ(plugin_.get("/api/template-name/greeting").status, 400);
}

TEST_F(TemplateNameTest, ToolGreetsAndShowsProgress) {
  plugin_.start();
  const auto result = plugin_.call_tool("template_name_greet", R"({"who": "Bob", "times": 2})");
  EXPECT_EQ(result.error, "");
  EXPECT_NE(result.observation.find("Good morning, Bob!"), std::string::npos);
  EXPECT_EQ(result.progress, (std::vector<std::string>{"1 of 2", "2 of 2"}));
}

TEST_F(TemplateNameTest, ToolRefusesWrongArguments) {
  plugin_.start();
  EXPECT_EQ(plugin_.call_tool("template_name_greet", R"({"who": 7})").error, "'who' must be a text");
}

TEST(TemplateName, ToolStopsWhenItIsCancelled) {
  FakeHost host(R"({"pause_ms": 10000})");
  PluginUnderTest plugin(host, PLUGIN_FILE);
  plugin.start();
  auto call = plugin.start_tool("template_name_greet", R"({"who": "Cem", "times": 100})");
  call.wait_for_progress();
  call.cancel();
  EXPECT_NE(call.result().observation.find("(stopped)"), std::string::npos);
}

}  // namespace
