// A terminal with what must not stay there or be seen: variables for one command, and values to hide.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "testing/terminal_fixture.hpp"

namespace collet::bash {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;

class TerminalSecrets : public testing::TerminalTest {
 protected:
  std::future<TerminalResult> submit_with(Pairs variables, const std::string& command,
                                          std::optional<double> timeout) {
    return submit({"id", command, false, timeout, false, {}, std::move(variables)});
  }
  TerminalResult run_with(Pairs variables, const std::string& command) {
    return submit_with(std::move(variables), command, {}).get();
  }
  // What the host does, for one value: each becomes "#".
  static Terminal::Mask hiding(const std::string& value) {
    auto held = std::make_shared<std::string>();
    return [value, held](std::string_view piece, bool last) {
      *held += piece;
      std::string out;
      while (!held->empty() && (last || held->size() >= value.size() || !value.starts_with(*held))) {
        const bool match = held->starts_with(value);
        out += match ? '#' : held->front();
        held->erase(0, match ? value.size() : 1);
      }
      return out;
    };
  }
  void hide(const std::string& value) {
    options_.open_mask = [value] { return hiding(value); };
  }
};

// ---- Variables for one command

TEST_F(TerminalSecrets, LendsVariablesToOneCommand) {
  EXPECT_EQ(run_with({{"TOKEN", "a 'quoted' \"value\"\nof two lines"}}, "sh -c 'echo \"<$TOKEN>\"'").text,
            "<a 'quoted' \"value\"\nof two lines>");
  EXPECT_EQ(run("echo \"<${TOKEN-unset}>\"; env | grep -c TOKEN").text, "<unset>\n0");
  EXPECT_THAT(run("set; declare -p").text, Not(HasSubstr("quoted")));
}

TEST_F(TerminalSecrets, GivesBackWhatAVariableWasBefore) {
  run("export SHARED=mine; PLAIN=own");
  EXPECT_EQ(run_with({{"SHARED", "lent"}, {"PLAIN", "lent too"}}, "sh -c 'echo $SHARED, $PLAIN'").text,
            "lent, lent too");
  EXPECT_EQ(run("echo $SHARED $PLAIN; sh -c 'echo \"$SHARED <$PLAIN>\"'").text, "mine own\nmine <>");
}

TEST_F(TerminalSecrets, LentVariablesAreGoneAfterAnInterrupt) {
  auto running = submit_with({{"TOKEN", "lent-value"}}, "echo \"have $TOKEN\"; sleep 60", 0.2);
  EXPECT_THAT(running.get().text, HasSubstr("have lent-value"));
  input("C-c");
  EXPECT_EQ(run("echo \"<${TOKEN-unset}>\"").text, "<unset>");
}

TEST_F(TerminalSecrets, LentVariablesAreNotTraced) {
  run("set -x");
  EXPECT_THAT(run_with({{"TOKEN", "lent-value"}}, ": TOKEN").text, Not(HasSubstr("lent-value")));
}

TEST_F(TerminalSecrets, LendsLargeVariables) {
  const std::string large(100'000, 'x');
  EXPECT_EQ(run_with({{"A", large}, {"B", large}, {"C", large}}, "echo ${#A} ${#B} ${#C}").text,
            "100000 100000 100000");
  EXPECT_THAT(run_with({{"A", std::string(600'000, 'x')}}, "echo A").text, HasSubstr("too large together"));
}

TEST_F(TerminalSecrets, LendsToAShellThatIsStrict) {
  run("set -eu");
  EXPECT_EQ(run_with({{"TOKEN", "lent"}}, "echo $TOKEN").text, "lent");
  EXPECT_EQ(run("echo still here").text, "still here");
}

TEST_F(TerminalSecrets, LendsUnderEveryNameThatTheShellLetsGoOf) {
  for (const std::string name : {"i", "name", "status", "set", "text", "IFS", "PS1", "PS4", "REPLY", "ENV",
                                 "BASH_ENV", "LC_ALL", "HOME", "SHLVL", "TMOUT", "HISTFILE", "COLUMNS"}) {
    const auto before = run("declare -p " + name + " 2>/dev/null; echo :").text;
    const auto lent = run_with({{name, "1234"}}, "/usr/bin/env | grep '^" + name + "='; (exit 3)");
    EXPECT_EQ(lent.text, name + "=1234");
    EXPECT_EQ(lent.exit_code, 3);
    EXPECT_EQ(run("echo $?").text, "3");
    EXPECT_EQ(run("declare -p " + name + " 2>/dev/null; echo :").text, before);
  }
  EXPECT_EQ(run_with({{"PATH", "/nowhere"}}, "echo $PATH; env").exit_code, 127);
  EXPECT_EQ(run("env true").exit_code, 0);
  EXPECT_EQ(warnings_, "");
}

TEST_F(TerminalSecrets, LeavesOutWhatTheShellKeeps) {
  for (const std::string name :
       {"__collet_text", "__collet_number", "_",      "PROMPT_COMMAND", "PWD",    "OLDPWD",
        "FUNCNEST",      "POSIXLY_CORRECT", "UID",    "EUID",           "PPID",   "SHELLOPTS",
        "BASHOPTS",      "BASH_VERSINFO",   "RANDOM", "SECONDS",        "LINENO", "DIRSTACK",
        "FUNCNAME",      "GROUPS",          "HISTCMD"}) {
    warnings_.clear();
    const auto lent = run_with({{name, "kept-value"}, {"TOKEN", "lent"}},
                               "env | grep -c kept-value; sh -c 'echo $TOKEN'; (exit 4)");
    EXPECT_EQ(lent.text, "0\nlent") << name;
    EXPECT_EQ(lent.exit_code, 4);
    EXPECT_THAT(warnings_, HasSubstr("goes without the secret " + name + ":"));
    EXPECT_EQ(run("declare -p TOKEN 2>/dev/null; env | grep -c kept-value").text, "0") << name;
  }
}

TEST_F(TerminalSecrets, GivesBackVariablesOfEveryKind) {
  const std::string show = "declare -p A M I U N X E target; ";
  run("A=(1 'two 2' 3); declare -A M=([k]=v); declare -i I=5; declare -u U=up; declare -n N=target; "
      "target=t; "
      "declare -x X; E=$'a\\n\\r\\e\\001\u00e4'; readonly R=r");
  const auto before = run(show).text;
  EXPECT_THAT(before, HasSubstr("declare -a A=([0]=\"1\" [1]=\"two 2\""));
  EXPECT_EQ(run_with({{"A", "av"},
                      {"M", "mv"},
                      {"I", "iv"},
                      {"U", "uv"},
                      {"N", "nv"},
                      {"X", "xv"},
                      {"E", "ev"},
                      {"R", "rv"}},
                     "sh -c 'echo $A $M $I $U $N $X $E $R'; echo $target")
                .text,
            "av mv iv uv nv xv ev\nt");
  EXPECT_EQ(run(show + "echo $R").text, before + "\nr");
  EXPECT_THAT(warnings_, HasSubstr("goes without the secret R:"));
}

TEST_F(TerminalSecrets, TakesBackWhatACommandHasChanged) {
  for (const std::string change : {"TOKEN=other", "unset TOKEN", "declare -n TOKEN=other", "TOKEN=(1 2)",
                                   "declare -i TOKEN", "export -n TOKEN"}) {
    run_with({{"TOKEN", "lent-value"}}, change + "; :");
    EXPECT_EQ(run("declare -p TOKEN 2>/dev/null; env | grep -c lent-value").text, "0") << change;
  }
  // A shell cannot let go of this; programs do not get it.
  run_with({{"TOKEN", "lent-value"}}, "readonly TOKEN");
  EXPECT_EQ(run("env | grep -c lent-value").text, "0");
}

TEST_F(TerminalSecrets, ExportsNothingOfItsOwnForAShellThatExportsAll) {
  run("PLAIN=own; set -a");
  EXPECT_EQ(run_with({{"PLAIN", "lent"}}, "sh -c 'echo $PLAIN'").text, "lent");
  EXPECT_EQ(run("env | grep -c -e collet_text -e PLAIN; NEW=1; sh -c 'echo $NEW'").text, "0\n1");
}

// ---- The text of a command

TEST_F(TerminalSecrets, AreInNoFileWhenACommandHoldsThem) {
  const std::string large(2'000'000, 'x');
  const auto result = run_with({{"LENT", "lent-value"}},
                               "grep -rlD skip -e \"typed-\"value -e \"lent-\"value " + folder_.path() +
                                   "; echo typed-value | wc -c; wc -c <<EOF\n" + large + "\nEOF");
  EXPECT_EQ(result.text, "12\n2000001");
}

TEST_F(TerminalSecrets, AreForgottenWithACommandThatTheShellDoesNotRead) {
  ASSERT_EQ(run("trap 'sleep 0.3; trap - DEBUG' DEBUG").exit_code, 0);
  auto cancelled = submit_with({{"TOKEN", "lent-value"}}, "echo $TOKEN " + std::string(500'000, 'x'), 0.05);
  cancelled.get();
  input("C-c");
  EXPECT_EQ(run("echo \"<${TOKEN-unset}>\"").text, "<unset>");
}

// ---- Hiding

TEST_F(TerminalSecrets, HidesOutputBeforeItIsCutOrSaved) {
  hide("SECRET-VALUE");
  const auto result =
      run("head -c 14990 /dev/zero | tr '\\0' x; echo SECRET-VALUE; head -c 40000 /dev/zero | tr '\\0' y");
  EXPECT_THAT(result.text, Not(HasSubstr("SECRET")));
  std::string saved;
  for (const auto& entry : std::filesystem::directory_iterator(folder_.path() + "/saved")) {
    std::ifstream file(entry.path());
    saved.append(std::istreambuf_iterator<char>(file), {});
  }
  EXPECT_THAT(saved, HasSubstr("x#\n"));
  EXPECT_THAT(saved, Not(HasSubstr("SECRET")));
}

TEST_F(TerminalSecrets, HoldsBackTheBeginningOfAValueUntilTheCommandGoesOn) {
  hide("SECRET-VALUE");
  EXPECT_EQ(run("printf 'a SECRET-'; read; printf VALUE; read; printf 'SECRET'", 0.3).text, "a");
  EXPECT_THAT(input("go on").text, EndsWith("#"));
  EXPECT_THAT(input("go on").text, EndsWith("SECRET"));
}

TEST_F(TerminalSecrets, HidesControlCharactersBeforeTheyHaveAnEffect) {
  hide(
      "ab\r\x1B[31mcd\b\x07"
      "ef");
  EXPECT_EQ(run("printf '<ab\\r\\033[31mcd\\b\\007ef>'").text, "<#>");
  EXPECT_EQ(run("printf 'ab\\r\\033[3'; sleep 0.1; printf '1mcd\\b\\007'; sleep 0.1; printf 'ef>'").text,
            "#>");
  EXPECT_EQ(run("printf 'ab\\r\\033[31mcd\\b'").text, "cd");  // none: it has the effect that it has anywhere
  EXPECT_EQ(run("echo ef").text, "ef");                       // and is forgotten with its command
}

TEST_F(TerminalSecrets, HidesWhatControlCharactersHaveMade) {
  hide("SECRET-VALUE");
  EXPECT_EQ(run("printf 'SECRET\\033[31m-VALUE\\n'; printf 'SECRET-XXX\\b\\b\\bVALUE\\n'").text, "#\n#");
}

TEST_F(TerminalSecrets, AreHiddenAnewByEachShell) {
  hide("SECRET-VALUE");
  EXPECT_THAT(run("printf SECRET-; kill -9 $$").text, HasSubstr("signal 9"));
  EXPECT_EQ(run("echo VALUE SECRET-VALUE").text, "VALUE #");
}

}  // namespace
}  // namespace collet::bash
