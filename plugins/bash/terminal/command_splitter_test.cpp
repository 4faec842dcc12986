#include "terminal/command_splitter.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace collet::bash {
namespace {

using ::testing::ElementsAre;

TEST(CommandSplitter_Several, are_told_apart) {
  EXPECT_THAT(split_commands("echo a\necho b"), ElementsAre("echo a", "echo b"));
  EXPECT_THAT(split_commands("\n  ls \n\n# note\npwd # here\n"), ElementsAre("ls", "pwd # here"));
  EXPECT_THAT(split_commands("cat <<EOF\nx\nEOF\necho b"), ElementsAre("cat <<EOF\nx\nEOF", "echo b"));
  EXPECT_THAT(split_commands("if true; then\n ls\nfi\nls"), ElementsAre("if true; then\n ls\nfi", "ls"));
  EXPECT_THAT(split_commands("(\ncd /\nls\n)\nls"), ElementsAre("(\ncd /\nls\n)", "ls"));
}

TEST(CommandSplitter_Nothing, is_no_command) {
  EXPECT_TRUE(split_commands("").empty());
  EXPECT_TRUE(split_commands(" \n\t\n").empty());
  EXPECT_TRUE(split_commands("# only\n# comments\n").empty());
}

class CommandSplitterSingle : public ::testing::TestWithParam<const char*> {};

TEST_P(CommandSplitterSingle, is_one_command) { EXPECT_EQ(split_commands(GetParam()).size(), 1U); }

INSTANTIATE_TEST_SUITE_P(
    Scripts, CommandSplitterSingle,
    ::testing::Values("echo 'a\nb'", "echo \"a\nb $(ls\nls)\"", "echo a \\\n  b", "ls |\n  wc",
                      "true &&\n false ||\n ls", "cat <<'E O F'\n$x\nE O F", "cat <<-EOF | sort\n\ta\n\tEOF",
                      "cat <<A <<B\n1\nA\n2\nB", "for i in 1 2; do\n echo $i\ndone",
                      "while read x\ndo\n echo $x\ndone < f", "for ((i=0;i<3;i++))\ndo\n ls\ndone",
                      "case $x in\n a) ls;;\n (b|c)\n ls\n ;;\n *) if true; then ls; fi\nesac",
                      "f() {\n ls\n}", "f()\n{\n ls\n}", "function f {\n ls\n}", "if (ls) then { ls; } fi",
                      "{\n ls\n ls\n}", "[[ a && b ]] &&\nls", "x=(\n a\n b\n)", "echo `ls\nls`",
                      "if a; then\n if b; then\n c\n fi\nelif d\nthen\n e\nelse\n f\nfi",
                      "echo $'it\\'s\nfine'", "python3 - <<EOF\nimport os\nif True:\n  print('x')\nEOF",
                      "diff <(ls\n) <(ls)", "echo ${x:-a\nb}", "until false; do\n break\ndone",
                      "select x in a b\ndo\n ls\ndone",
                      // Not understood: left to the shell.
                      "echo 'open\nls", "if true\nls", ")\nls", "done\nls", "cat <<EOF\nno end\n",
                      "esac\nls"));

TEST(CommandSplitter_Any, bytes_are_survived) {
  const std::string alphabet = "a '\"`$(){}<>|&;\\\n#!i-";
  unsigned state = 1;
  for (int round = 0; round < 20'000; ++round) {
    std::string script;
    for (int i = 0; i < 24; ++i) {
      state = state * 1664525U + 1013904223U;
      script += alphabet[(state >> 16) % alphabet.size()];
    }
    split_commands(script);
  }
}

}  // namespace
}  // namespace collet::bash
