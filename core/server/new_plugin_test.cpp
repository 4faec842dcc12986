#include "server/new_plugin.hpp"
#include "collet/testing/temporary_folder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

namespace collet::server {
namespace {

using ::testing::HasSubstr;
namespace fs = std::filesystem;

std::string content(const fs::path& file) {
  std::ifstream in(file);
  return {std::istreambuf_iterator<char>(in), {}};
}

class NewPlugin : public ::testing::Test {
 protected:
  NewPlugin() {
    fs::create_directories(from_ / "tests");
    std::ofstream(from_ / "template-name.txt") << "template-name template_name_x TemplateNameTest template";
    std::ofstream(from_ / "tests" / ".template_name") << "TemplateName";
  }

  collet::testing::TemporaryFolder folder_;
  const fs::path from_ = folder_ / "template", to_ = folder_ / "made";
};

TEST_F(NewPlugin, NameIsPutInEverywhere) {
  ASSERT_TRUE(make_plugin(from_, to_, "word-count2"));
  EXPECT_EQ(content(to_ / "word-count2.txt"), "word-count2 word_count2_x WordCount2Test template");
  EXPECT_EQ(content(to_ / "tests" / ".word_count2"), "WordCount2");
}

TEST_F(NewPlugin, ExistingFolder_IsLeftAlone) {
  fs::create_directory(to_);
  EXPECT_THAT(make_plugin(from_, to_, "words").error().message, HasSubstr("is there already"));
  EXPECT_TRUE(fs::is_empty(to_));
}

TEST_F(NewPlugin, UnreadableTemplate_LeavesNothingBehind) {
  fs::create_symlink("nowhere", from_ / "broken");
  EXPECT_FALSE(make_plugin(from_, to_, "words"));
  EXPECT_FALSE(fs::exists(to_));
}

TEST_F(NewPlugin, BadNames_AreRefusedAndNothingIsMade) {
  for (const char* name : {"", "Words", "2words", "-words", "words-", "a--b", "a_-b", "wo rds", "../words",
                           "wörter", "core", "directories", "template-name", "my_template_name"}) {
    EXPECT_NE(check_new_name(name), "") << name;
    EXPECT_FALSE(make_plugin(from_, to_, name)) << name;
  }
  EXPECT_NE(check_new_name(std::string(41, 'a')), "");
  EXPECT_FALSE(fs::exists(to_));
  for (const char* name : {"a", "words", "word-count", "word_count", "w0rds-2"})
    EXPECT_EQ(check_new_name(name), "") << name;
}

}  // namespace
}  // namespace collet::server
