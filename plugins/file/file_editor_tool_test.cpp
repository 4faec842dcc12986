#include "file_editor_tool.hpp"

#include <gtest/gtest.h>

#include "collet/json.hpp"
#include "collet/testing/temporary_folder.hpp"

namespace collet::file {
namespace {

class FileEditorToolTest : public ::testing::Test {
 protected:
  std::string observe(const std::string& action) {
    ToolCall call;
    call.conversation = "c";
    call.action = action;
    call.working_dir = folder_.path();
    return tool_.observe(call);
  }
  collet::testing::TemporaryFolder folder_;
  FileEditorTool tool_{FileEditorTool::Use::kAll, std::make_shared<FileLocks>()};
};

TEST_F(FileEditorToolTest, an_edit_reports_what_the_wire_has) {
  const std::string path = folder_.write("a", "one\n");
  EXPECT_EQ(observe(R"({"command":"create","path":")" + path + R"(2","file_text":"x"})"),
            R"({"content":[{"cache_prompt":false,"type":"text","text":"File created successfully at: )" +
                path + R"(2"}],"is_error":false,"command":"create","path":")" + path +
                R"(2","prev_exist":false,"new_content":"x"})");
  const auto edited = json::parse(
      observe(R"({"command":"str_replace","path":")" + path + R"(","old_str":"one","new_str":"two"})"));
  ASSERT_TRUE(edited);
  EXPECT_EQ(json::string_or(*edited, "old_content"), "one\n");
  EXPECT_EQ(json::string_or(*edited, "new_content"), "two\n");
}

TEST_F(FileEditorToolTest, a_refusal_is_an_observation_with_is_error) {
  EXPECT_EQ(
      observe(R"({"command":"view","path":"relative.txt"})"),
      R"({"content":[{"cache_prompt":false,"type":"text","text":"Invalid `path` parameter: relative.txt. )"
      R"(The path should be an absolute path."}],"is_error":true,"command":"view","prev_exist":true})");
}

TEST_F(FileEditorToolTest, names_that_are_no_utf8_give_valid_json) {
  folder_.write("caf\xE9", "");
  EXPECT_TRUE(json::parse(observe(R"({"command":"view","path":")" + folder_.path() + R"("})")));
}

TEST(FileEditorTool_Info, is_valid_json) {
  for (const auto use : {FileEditorTool::Use::kAll, FileEditorTool::Use::kPlanning}) {
    const auto info = FileEditorTool(use, std::make_shared<FileLocks>()).info();
    EXPECT_TRUE(json::parse(info.parameters));
    EXPECT_TRUE(json::parse(info.annotations));
  }
}

TEST(FileEditorTool_Planning, edits_the_plan_alone) {
  const collet::testing::TemporaryFolder folder;
  FileEditorTool tool(FileEditorTool::Use::kPlanning, std::make_shared<FileLocks>());
  const auto ask = [&](const std::string& command, const std::string& name) {
    const std::string path = folder.path() + "/" + name;
    const auto answer = json::parse(tool.observe(
        {.conversation = "c",
         .call_id = "1",
         .action = R"({"command":")" + command + R"(","path":")" + path + R"(","file_text":"x"})",
         .working_dir = folder.path()}));
    return !*json::bool_at(*answer, "is_error");
  };
  EXPECT_EQ(tool.info().observation_kind, "PlanningFileEditorObservation");
  EXPECT_FALSE(ask("create", "code.py"));
  EXPECT_FALSE(ask("create", ".agents_tmp/../code.py"));
  EXPECT_TRUE(ask("create", ".agents_tmp/PLAN.md"));
  EXPECT_EQ(folder.read(".agents_tmp/PLAN.md"), "x");
  folder.write("PLAN.md", "y");
  EXPECT_FALSE(ask("undo_edit", ".agents_tmp/PLAN.md")) << "the plan is the one at the top now";
  EXPECT_TRUE(ask("view", ".agents_tmp/PLAN.md"));
}

}  // namespace
}  // namespace collet::file
