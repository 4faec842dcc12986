#include "terminal/output_filter.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace collet::bash {
namespace {

using namespace std::string_literals;

std::string filter(const std::vector<std::string>& pieces) {
  std::string seen;
  OutputFilter filter([&](std::string_view text) { seen += text; });
  for (const auto& piece : pieces) filter.push(piece);
  filter.flush();
  return seen;
}

struct Case {
  const char* name;
  std::string bytes;
  std::string text;
};

class OutputFilterTable : public ::testing::TestWithParam<Case> {};

TEST_P(OutputFilterTable, shows_what_a_terminal_would_leave) {
  EXPECT_EQ(filter({GetParam().bytes}), GetParam().text);
}

TEST_P(OutputFilterTable, however_it_is_cut) {
  std::vector<std::string> bytes;
  for (const char c : GetParam().bytes) bytes.emplace_back(1, c);
  EXPECT_EQ(filter(bytes), GetParam().text);
}

INSTANTIATE_TEST_SUITE_P(
    Sequences, OutputFilterTable,
    ::testing::Values(
        Case{"plain", "a\tb\nc", "a\tb\nc"}, Case{"crlf", "a\r\nb\r\n", "a\nb\n"},
        Case{"double_cr", "a\r\r\nb", "a\nb"}, Case{"colour", "\x1B[31mred\x1B[0m\n", "red\n"},
        Case{"title", "\x1B]0;a title\x07text", "text"}, Case{"title_st", "\x1B]0;a\x1B\\text", "text"},
        Case{"dcs", "\x1BPq;1\x1B\\text", "text"}, Case{"charset", "\x1B(Btext", "text"},
        Case{"keypad", "\x1B=\x1B>text", "text"}, Case{"bracketed", "\x1B[?2004hx\x1B[?2004l", "x"},
        Case{"progress", "10%\r20%\r100%\n", "100%\n"}, Case{"overwrite", "abcdef\rxy\n", "xycdef\n"},
        Case{"erase_end", "abcdef\rxy\x1B[K\n", "xy\n"}, Case{"erase_all", "abc\x1B[2K\rx\n", "x\n"},
        Case{"column", "abc\x1B[1Gx\x1B[3Gz\n", "xbz\n"}, Case{"backspace", "abc\b\bX\n", "aXc\n"},
        Case{"wide", "äöü\rx\n", "xöü\n"}, Case{"wide_over", "abc\ră\n", "ăbc\n"},
        Case{"bell",
             "a\x07"
             "b\0c"s,
             "abc"},
        Case{"cut_off", "abc\x1B[3", "abc"}, Case{"trailing_cr", "abc\r", "abc"}),
    [](const auto& test) { return std::string(test.param.name); });

TEST(OutputFilter_Reset, ends_the_line_and_what_is_cut_off) {
  for (const char* open : {"abc", "abc\r", "abc\x1B[3", "abc\x1BPq;1", "abc\x1B]0;a title"}) {
    std::string seen;
    OutputFilter filter([&](std::string_view text) { seen += text; });
    filter.push(open);
    filter.reset();
    EXPECT_EQ(seen, "abc");
    filter.push("def\n");
    EXPECT_EQ(seen, "abcdef\n");
  }
}

TEST(OutputFilter_Memory, stays_small_without_line_ends) {
  std::size_t total = 0, largest = 0;
  OutputFilter filter(
      [&](std::string_view text) { total += text.size(), largest = std::max(largest, text.size()); });
  const std::string piece(4096, 'x');
  for (int i = 0; i < 1000; ++i) filter.push(piece);
  filter.push("\x1B]" + std::string(100'000, 'y'));
  filter.push("\x07");
  filter.flush();
  EXPECT_EQ(total, 4096U * 1000);
  EXPECT_LT(largest, 64U << 10);
}

}  // namespace
}  // namespace collet::bash
