#include "search/line_search.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <stdexcept>

#include "collet/testing/temporary_folder.hpp"

namespace collet::file {
namespace {

using std::chrono::steady_clock;

bool finds(std::string_view pattern, std::string_view text) { return LineSearch(pattern).in_lines(text); }

class LineSearchFile : public ::testing::Test {
 protected:
  bool finds_in_file(std::string_view pattern, const std::string& bytes) {
    const std::string path = folder_.path() + "/f";
    std::ofstream(path, std::ios::binary) << bytes;
    return LineSearch(pattern).in_file(path, {steady_clock::now() + std::chrono::seconds(60)});
  }
  testing::TemporaryFolder folder_;
};

TEST(LineSearch_Lines, are_looked_at_one_by_one) {
  EXPECT_TRUE(finds("two", "one\nTWO\n"));
  EXPECT_TRUE(finds("^two$", "one\ntwo\nthree"));
  EXPECT_FALSE(finds("one.two", "one\ntwo"));
  EXPECT_FALSE(finds("one\\s+two", "one\ntwo"));
  EXPECT_FALSE(finds("one[^x]two", "one\ntwo"));
  EXPECT_FALSE(finds("one\\ntwo", "one\ntwo"));
  EXPECT_TRUE(finds("^$", "a\n\nb"));
  EXPECT_FALSE(finds("^$", "a\n")) << "no line begins behind the last end";
  EXPECT_FALSE(finds("", "")) << "an empty file has no line";
  EXPECT_TRUE(finds("ÄRGER", "ärger"));
}

TEST(LineSearch_Malformed, throws_with_the_reason) {
  for (const std::string& pattern : {std::string("a\nb"), std::string("("), std::string("(?=x)"),
                                     std::string("(a)\\1"), std::string("a\0b", 3), std::string(5000, 'a')})
    EXPECT_THROW(LineSearch{pattern}, std::invalid_argument) << pattern.substr(0, 20);
}

TEST_F(LineSearchFile, finds_across_blocks) {
  std::string bytes;
  while (bytes.size() < 65'530) bytes += "123456789\n";
  EXPECT_TRUE(finds_in_file("abcdefghijkl", bytes + "abcdefghijkl\nrest\n"));
  EXPECT_TRUE(finds_in_file("^x*needle$", std::string(300'000, 'x') + "needle"));
  EXPECT_FALSE(finds_in_file("nothing", std::string(5'000'000, 'x')));
}

TEST_F(LineSearchFile, leaves_out_binary_files) {
  EXPECT_FALSE(finds_in_file("text", std::string("text\n\0", 6)));
  EXPECT_TRUE(
      finds_in_file("text", std::string("a text\n") + std::string(200'000, '\n') + std::string("\0", 1)));
}

TEST_F(LineSearchFile, reads_utf16_with_a_mark) {
  EXPECT_TRUE(finds_in_file("abc", std::string("\xFF\xFE"
                                               "a\0b\0c\0",
                                               8)));
}

TEST_F(LineSearchFile, what_is_no_regular_file_has_no_match) {
  const SearchLimits limits{steady_clock::now() + std::chrono::seconds(60)};
  EXPECT_FALSE(LineSearch("").in_file(folder_.path(), limits));
  EXPECT_FALSE(LineSearch("").in_file(folder_.path() + "/none", limits));
}

TEST(ForRipgrep_Classes, are_of_ascii) {
  EXPECT_EQ(for_ripgrep(R"(\w+\d\s)"), R"([0-9A-Za-z_]+[0-9][\t\f\r ])");
  EXPECT_EQ(for_ripgrep(R"([\w.-])"), R"([0-9A-Za-z_.-])");
  EXPECT_EQ(for_ripgrep(R"(\W[^\s])"), R"([^0-9A-Za-z_][^\t\f\r ])");
  EXPECT_EQ(for_ripgrep(R"(\bfoo\b)"), R"((?-u:\b)foo(?-u:\b))");
}

TEST(ForRipgrep_Signs, that_mean_nothing_are_plain) {
  EXPECT_EQ(for_ripgrep(R"(\"\/\.)"), R"("/\.)");
  EXPECT_EQ(for_ripgrep("main() {"), R"(main() \{)");
  EXPECT_EQ(for_ripgrep("a{2,3}b{2}{x}"), R"(a{2,3}b{2}\{x})");
  EXPECT_EQ(for_ripgrep(R"(\p{Lu}\x{41})"), R"(\p{Lu}\x{41})");
  EXPECT_EQ(for_ripgrep("[[]"), R"([\[])");
  EXPECT_EQ(for_ripgrep("[]a]"), R"([\]a])");
  EXPECT_EQ(for_ripgrep("[[:alpha:]&&x]"), R"([[:alpha:]\&\&x])");
}

}  // namespace
}  // namespace collet::file
