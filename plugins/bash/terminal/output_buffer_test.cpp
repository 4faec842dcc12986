#include "terminal/output_buffer.hpp"
#include "collet/testing/temporary_folder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

namespace collet::bash {
namespace {

using ::testing::HasSubstr;

std::string slurp(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

TEST(OutputBuffer_Take, trims_empty_lines_in_front_and_space_behind) {
  OutputBuffer buffer;
  buffer.append("\n\n  indented\nlast \n\n");
  EXPECT_EQ(buffer.take(), "  indented\nlast");
  EXPECT_TRUE(buffer.empty());
  EXPECT_EQ(buffer.take(), "");
}

TEST(OutputBuffer_Take, makes_valid_utf8) {
  OutputBuffer buffer;
  buffer.append(
      "\xFF"
      "a\xE2\x82");
  buffer.append("\xAC\xE2");
  EXPECT_EQ(buffer.take(), "\uFFFDa€\uFFFD");
}

TEST(OutputBuffer_Long, keeps_both_ends_and_the_whole_in_a_file) {
  const collet::testing::TemporaryFolder folder;
  OutputBuffer buffer;
  buffer.save_to(folder.path() + "/kept");
  std::string all;
  for (int i = 1; i <= 20'000; ++i) all += std::to_string(i) + "\n";
  for (std::size_t at = 0; at < all.size(); at += 777) buffer.append(std::string_view(all).substr(at, 777));
  const auto text = buffer.take();
  EXPECT_LT(text.size(), 30'300U);
  EXPECT_TRUE(text.starts_with("1\n2\n3\n"));
  EXPECT_TRUE(text.ends_with("\n19999\n20000"));
  EXPECT_THAT(
      text, HasSubstr("[… " + std::to_string(all.size() - 30'000) + " characters left out here; the whole"));
  std::filesystem::directory_iterator files(folder.path() + "/kept");
  EXPECT_THAT(text, HasSubstr(files->path().string()));
  EXPECT_EQ(slurp(files->path()), all);
}

TEST(OutputBuffer_Long, exactly_at_the_limit_nothing_is_cut) {
  const collet::testing::TemporaryFolder folder;
  OutputBuffer buffer;
  buffer.save_to(folder.path());
  buffer.append(std::string(30'000, 'x'));
  EXPECT_EQ(buffer.take(), std::string(30'000, 'x'));
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST(OutputBuffer_Long, the_file_is_bounded_too) {
  const collet::testing::TemporaryFolder folder;
  OutputBuffer buffer({100, 1000});
  buffer.save_to(folder.path());
  for (int i = 0; i < 1000; ++i) buffer.append(std::string(99, 'x') + "\n");
  EXPECT_THAT(buffer.take(),
              HasSubstr("99900 characters left out here; the first part of the output is in "));
  EXPECT_EQ(std::filesystem::file_size(std::filesystem::directory_iterator(folder.path())->path()), 1000U);
}

TEST(OutputBuffer_Long, counts_characters_not_bytes) {
  OutputBuffer buffer({4, 0});
  buffer.append("äöü");
  buffer.append("äöü");
  EXPECT_EQ(buffer.take(), "äö\n[… 2 characters left out here …]\nöü");
}

}  // namespace
}  // namespace collet::bash
