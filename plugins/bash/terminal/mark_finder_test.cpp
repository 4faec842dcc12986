#include "terminal/mark_finder.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace collet::bash {
namespace {

struct Seen {
  std::string bytes;
  std::vector<Mark> marks;
};

Seen find(const std::vector<std::string>& pieces) {
  Seen seen;
  MarkFinder finder(
      "n0nce", [&](std::string_view bytes) { seen.bytes += bytes; },
      [&](const Mark& mark) {
        seen.bytes += "<mark>";
        seen.marks.push_back(mark);
      });
  for (const auto& piece : pieces) finder.push(piece);
  return seen;
}

TEST(MarkFinder, finds_marks_in_their_place_however_they_are_cut) {
  const std::string bytes =
      "out\x1Bput\x1B]7717;n0nce;E;17;130;/tmp/a b;n0nce\x07more\x1B\x1B]7717;n0nce;B;18;0; A UID;n0nce\x07.";
  for (std::size_t size = 1; size <= bytes.size(); ++size) {
    std::vector<std::string> pieces;
    for (std::size_t at = 0; at < bytes.size(); at += size) pieces.push_back(bytes.substr(at, size));
    const auto seen = find(pieces);
    EXPECT_EQ(seen.bytes, "out\x1Bput<mark>more\x1B<mark>.");
    ASSERT_EQ(seen.marks.size(), 2U);
    EXPECT_EQ(seen.marks[0].kind, Mark::Kind::kEnd);
    EXPECT_EQ(seen.marks[0].number, 17);
    EXPECT_EQ(seen.marks[0].status, 130);
    EXPECT_EQ(seen.marks[0].working_dir, "/tmp/a b");
    EXPECT_EQ(seen.marks[1].kind, Mark::Kind::kBegin);
    EXPECT_EQ(seen.marks[1].not_lent, " A UID");
    EXPECT_EQ(seen.marks[1].working_dir, "");
  }
}

TEST(MarkFinder, leaves_all_else_as_it_is) {
  const std::string bytes =
      "\x1B]7717;other;E;1;0;/;other\x07\x1B]0;title\x07\x1B[31mred\x1B]7717;n0nc\r\b\n";
  EXPECT_EQ(find({bytes}).bytes, bytes);
  EXPECT_TRUE(find({bytes}).marks.empty());
}

TEST(MarkFinder, finds_a_mark_in_a_sequence_that_was_cut_off) {
  for (const std::string open : {"\x1B[3", "\x1BPq;1", "\x1B]0;title", "\x1B(", "\x1B]7717;"}) {
    const auto seen = find({open + "\x1B]7717;n0nce;R;0;0;/;n0nce\x07"});
    EXPECT_EQ(seen.bytes, open + "<mark>");
  }
}

TEST(MarkFinder, a_folder_may_have_any_name) {
  const std::string folder = "/a;b\x07\x1B\\c\nd";
  const auto seen = find({"\x1B]7717;n0nce;E;1;0;" + folder + ";n0nce\x07"});
  ASSERT_EQ(seen.marks.size(), 1U);
  EXPECT_EQ(seen.marks[0].working_dir, folder);
}

TEST(MarkFinder, drops_what_is_too_long_for_a_mark) {
  const auto seen = find({"a\x1B]7717;n0nce;" + std::string(17U << 10, 'x'), "b"});
  EXPECT_TRUE(seen.bytes.starts_with("ax"));
  EXPECT_TRUE(seen.bytes.ends_with("xb"));
  EXPECT_LT(seen.bytes.size(), 2U << 10);
}

}  // namespace
}  // namespace collet::bash
