#include "collet/detail/output_tail.hpp"

#include <gtest/gtest.h>

#include <string>

namespace collet::detail {
namespace {

std::string line_of(const std::string& output, const std::vector<std::string>& secrets = {}) {
  OutputTail tail;
  tail.add(output);
  return tail.telling_line(secrets);
}

TEST(OutputTail, prefers_the_line_that_names_an_error) {
  EXPECT_EQ(line_of(""), "");
  EXPECT_EQ(line_of("one\ntwo\n\n"), "two");
  EXPECT_EQ(line_of("starting\nError: listen EADDRINUSE\n    at x\nNode.js v20\n"),
            "Error: listen EADDRINUSE");
}

TEST(OutputTail, half_a_line_is_not_shown) { EXPECT_EQ(line_of("whole\nhal"), "whole"); }

TEST(OutputTail, hides_secrets_wherever_they_stand) {
  EXPECT_EQ(line_of("at ?tkn=abcabc&x=abc\n", {"abc", ""}), "at ?tkn=<hidden><hidden>&x=<hidden>");
  // A control character in its middle doesn't help a secret out.
  EXPECT_EQ(line_of("a\x1b"
                    "bc\n",
                    {"abc"}),
            "<hidden>");
}

TEST(OutputTail, an_endless_output_is_cut_at_the_beginning_of_a_line) {
  OutputTail tail;
  for (int i = 0; i < 100'000; ++i) tail.add("secret");
  tail.add("\nlast\n");
  EXPECT_EQ(tail.telling_line({"secret"}), "last");
  for (int i = 0; i < 100'000; ++i) tail.add("secret");
  EXPECT_EQ(tail.telling_line({"secret"}), "");
}

TEST(OutputTail, a_long_line_is_cut_after_its_secrets_are_hidden) {
  const std::string line = line_of(std::string(198, 'x') + "secret\n", {"secret"});
  EXPECT_EQ(line, std::string(198, 'x') + "<h");
}

}  // namespace
}  // namespace collet::detail
