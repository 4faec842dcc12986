#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "collet/testing/temporary_folder.hpp"
#include "plain/plain_tool.hpp"

namespace collet::file {
namespace {

using ::testing::HasSubstr;

class PlainTools : public ::testing::Test {
 protected:
  json::Document ask(PlainTool& tool, const std::string& action) {
    ToolReply reply(collet_tool_reply{});
    const Cancellation cancellation;
    return std::move(*json::parse(
        tool.run({.conversation = "c", .call_id = "1", .action = action, .working_dir = folder_.path()},
                 RunningCall(cancellation, reply))));
  }
  static std::string text_of(const json::Value& answer) {
    return json::string_or((*json::find(answer, "content"))[0], "text");
  }
  static bool failed(const json::Value& answer) { return *json::bool_at(answer, "is_error"); }

  testing::TemporaryFolder folder_;
  std::shared_ptr<FileLocks> locks_ = std::make_shared<FileLocks>();
  std::unique_ptr<PlainTool> read_ = make_read_file_tool(), write_ = make_write_file_tool(locks_),
                             edit_ = make_edit_tool(locks_), list_ = make_list_directory_tool();
};

TEST_F(PlainTools, Read_ShowsNumberedLines) {
  folder_.write("a", "one\ntwo\nthree\n");
  const auto all = ask(*read_, R"({"file_path":"a"})");
  EXPECT_EQ(json::string_or(all, "file_content"), "     1  one\n     2  two\n     3  three\n");
  EXPECT_EQ(json::string_or(all, "file_path"), folder_.path() + "/a");
  EXPECT_EQ(json::int_at(all, "total_lines"), 3);
  EXPECT_EQ(json::find(all, "lines_shown"), nullptr);
  const auto part = ask(*read_, R"({"file_path":"a","offset":1,"limit":1})");
  EXPECT_EQ(json::string_or(part, "file_content"), "     2  two\n");
  EXPECT_EQ(json::dump(*json::find(part, "lines_shown")), "[2,2]");
  EXPECT_THAT(text_of(part), HasSubstr("offset=2"));
  EXPECT_TRUE(failed(ask(*read_, R"({"file_path":"a","offset":3})")));
  EXPECT_TRUE(failed(ask(*read_, R"({"file_path":"none"})")));
  EXPECT_TRUE(failed(ask(*read_, R"({"file_path":"."})")));
  folder_.write("empty", "");
  EXPECT_FALSE(failed(ask(*read_, R"({"file_path":"empty"})")));
}

TEST_F(PlainTools, Read_IsBounded) {
  std::string text;
  for (int i = 0; i < 5000; ++i) text += "a line of some length, as they are\n";
  folder_.write("long", text);
  const auto answer = ask(*read_, R"({"file_path":"long","limit":9223372036854775807})");
  EXPECT_LE(json::string_or(answer, "file_content").size(), 30'000U);
  EXPECT_EQ(json::bool_at(answer, "is_truncated"), true);
}

TEST_F(PlainTools, Write_KeepsTheFormatOfWhatItReplaces) {
  const auto made = ask(*write_, R"({"file_path":"x/y","content":"a\n"})");
  EXPECT_EQ(json::bool_at(made, "is_new_file"), true);
  EXPECT_EQ(folder_.read("x/y"), "a\n");
  folder_.write("dos", "a\r\nb\r\n");
  const auto changed = ask(*write_, R"({"file_path":"dos","content":"c\nd\n"})");
  EXPECT_EQ(folder_.read("dos"), "c\r\nd\r\n");
  EXPECT_EQ(json::string_or(changed, "old_content"), "a\nb\n");
  EXPECT_EQ(json::string_or(changed, "new_content"), "c\nd\n");
  folder_.write("latin", "\xE4");
  ask(*write_, R"({"file_path":"latin","content":"→"})");
  EXPECT_EQ(folder_.read("latin"), "→");
  EXPECT_TRUE(failed(ask(*write_, R"({"file_path":"x","content":""})"))) << "a directory";
}

TEST_F(PlainTools, Edit_ReplacesAsOftenAsItIsTold) {
  folder_.write("a", "x y x\r\n");
  EXPECT_THAT(text_of(ask(*edit_, R"({"file_path":"a","old_string":"x","new_string":"z"})")),
              HasSubstr("2 times"));
  const auto done =
      ask(*edit_, R"({"file_path":"a","old_string":"x","new_string":"xx","expected_replacements":2})");
  EXPECT_EQ(folder_.read("a"), "xx y xx\r\n");
  EXPECT_EQ(json::int_at(done, "replacements_made"), 2);
  EXPECT_EQ(json::string_or(done, "old_content"), "x y x\n");
  EXPECT_TRUE(failed(ask(*edit_, R"({"file_path":"a","old_string":"none","new_string":"z"})")));
  EXPECT_TRUE(failed(ask(*edit_, R"({"file_path":"a","old_string":"y","new_string":"y"})")));
  EXPECT_TRUE(failed(ask(*edit_, R"({"file_path":"a","old_string":"","new_string":"y"})"))) << "it is there";
  const auto made = ask(*edit_, R"({"file_path":"b","old_string":"","new_string":"new"})");
  EXPECT_EQ(json::bool_at(made, "is_new_file"), true);
  EXPECT_EQ(folder_.read("b"), "new");
}

TEST_F(PlainTools, List_TellsNamesSizesAndTimes) {
  folder_.write("sub/deep/too", "");
  folder_.write(".hidden", "12345");
  const auto flat = ask(*list_, "{\"dir_path\":\".\"}");
  const auto& entries = *json::find(flat, "entries");
  ASSERT_EQ(entries.Size(), 2U);
  EXPECT_EQ(json::string_or(entries[0], "name"), ".hidden");
  EXPECT_EQ(json::int_at(entries[0], "size"), 5);
  EXPECT_EQ(json::string_or(entries[0], "modified_time").size(),
            std::string("2026-01-02T03:04:05.123456").size());
  EXPECT_EQ(json::bool_at(entries[1], "is_directory"), true);
  const auto deep = ask(*list_, "{\"dir_path\":\"" + folder_.path() + "/\",\"recursive\":true}");
  EXPECT_EQ(json::int_at(deep, "total_count"), 3);
  EXPECT_TRUE(failed(ask(*list_, R"({"dir_path":"none"})")));
  EXPECT_TRUE(failed(ask(*list_, R"({"dir_path":".hidden"})")));
}

TEST_F(PlainTools, List_IsBounded) {
  for (int i = 0; i < 510; ++i) folder_.write("f" + std::to_string(i), "");
  const auto answer = ask(*list_, "{\"dir_path\":\".\"}");
  EXPECT_EQ(json::int_at(answer, "total_count"), 500);
  EXPECT_EQ(json::bool_at(answer, "is_truncated"), true);
}

}  // namespace
}  // namespace collet::file
