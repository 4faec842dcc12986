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
  FileEditorTool tool_;
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
  const auto info = FileEditorTool().info();
  EXPECT_TRUE(json::parse(info.parameters));
  EXPECT_TRUE(json::parse(info.annotations));
}

}  // namespace
}  // namespace collet::file
