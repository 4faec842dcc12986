#include "terminal/terminal.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <thread>

#include "testing/terminal_fixture.hpp"

namespace collet::bash {
namespace {

using testing::TerminalTest;
using namespace std::chrono_literals;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

TEST_F(TerminalTest, a_command_gives_its_output_and_exit_code) {
  const auto result = run("echo hello");
  EXPECT_EQ(result.text, "hello");
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_FALSE(result.is_error);
  EXPECT_EQ(result.working_dir, folder_.path());
  EXPECT_EQ(result.suffix, "\n[The command completed with exit code 0.]");
  EXPECT_EQ(run("(exit 7)").exit_code, 7);
  EXPECT_EQ(run("echo $?").text, "7");
  EXPECT_EQ(run("no_such_command_xyz").exit_code, 127);
}

TEST_F(TerminalTest, state_stays_between_commands) {
  run("cd /tmp && export FOO=bar; declare -A map=([k]=v); f() { echo in-f; }; alias hi='echo hi'");
  const auto result = run("echo $FOO ${map[k]}; f; hi; echo err >&2; printf nonl");
  EXPECT_EQ(result.text, "bar v\nin-f\nhi\nerr\nnonl");
  EXPECT_EQ(result.working_dir, "/tmp");
}

TEST_F(TerminalTest, long_and_many_line_commands_reach_the_shell_whole) {
  EXPECT_EQ(run("cat <<'EOF' | wc -c\n" + std::string(100'000, 'x') + "\nEOF").text, "100001");
  EXPECT_EQ(run("for i in 1 2 3; do\n  echo $i\ndone").text, "1\n2\n3");
  EXPECT_EQ(run("python3 - <<'EOF'\nfor i in range(2):\n\tprintf = i\n\tprint(i)\nEOF").text, "0\n1");
  EXPECT_THAT(run("echo 'open").text, HasSubstr("unexpected EOF"));
  EXPECT_EQ(run("echo still there").text, "still there");
}

TEST_F(TerminalTest, several_commands_at_once_are_refused) {
  const auto result = run("echo a\necho b");
  EXPECT_TRUE(result.is_error);
  EXPECT_FALSE(result.exit_code);
  EXPECT_THAT(result.text, HasSubstr("(1) echo a\n(2) echo b"));
}

TEST_F(TerminalTest, escape_sequences_and_invalid_bytes_are_taken_out) {
  EXPECT_EQ(run("printf '\\033[31mred\\033[0m\\n'").text, "red");
  EXPECT_EQ(run("printf '10%%\\r100%%\\n\\377x\\0y'").text, "100%\n\uFFFDxy");
}

TEST_F(TerminalTest, a_command_that_takes_too_long_goes_on) {
  const auto result = run("echo before; read line; echo got $line", 0.3);
  EXPECT_EQ(result.text, "before");
  EXPECT_EQ(result.exit_code, -1);
  EXPECT_FALSE(result.is_error);
  EXPECT_FALSE(result.working_dir);
  EXPECT_THAT(result.suffix, StartsWith("\n[The command timed out after 0.3 seconds."));
  const auto refused = run("echo other");
  EXPECT_TRUE(refused.is_error);
  EXPECT_THAT(refused.suffix, HasSubstr("not run"));
  const auto done = input("a text");
  EXPECT_EQ(done.text, "got a text");
  EXPECT_EQ(done.exit_code, 0);
  EXPECT_TRUE(input("x").is_error);
  EXPECT_TRUE(run("").is_error);
}

TEST_F(TerminalTest, a_quiet_command_is_reported_and_can_be_polled) {
  options_.quiet_limit = 100ms;
  const auto result = run("echo one; read x; echo two");
  EXPECT_EQ(result.text, "one");
  EXPECT_THAT(result.suffix, HasSubstr("no new output after 0 seconds"));
  EXPECT_EQ(run("").text, "");
  EXPECT_EQ(input("").text, "");
  const auto done = input("Enter");
  EXPECT_EQ(done.text, "two");
  EXPECT_EQ(done.prefix, "[New output of the running command:]\n");
}

TEST_F(TerminalTest, an_end_that_nobody_waited_for_is_told_to_the_next_poll) {
  ASSERT_EQ(run("read x; echo late; (exit 5)", 0).exit_code, -1);
  loop_->run([this] { terminal_->submit({"i", "go", true, 0.0, false, {}}, [](const TerminalResult&) {}); });
  TerminalResult result;
  std::string all;
  do {
    result = run("", 0);
    all += result.text;
  } while (result.exit_code == -1);
  EXPECT_EQ(result.exit_code, 5);
  EXPECT_EQ(all, "late");
}

TEST_F(TerminalTest, keys_interrupt_stop_and_end_input) {
  ASSERT_EQ(run("sleep 100", 0.1).exit_code, -1);
  EXPECT_EQ(input("C-c").exit_code, 130);
  ASSERT_EQ(run("cat", 0.1).exit_code, -1);
  EXPECT_EQ(input("C-d").exit_code, 0);
  ASSERT_EQ(run("sleep 100", 0.1).exit_code, -1);
  EXPECT_EQ(run("C-z").exit_code, 148);  // keys go through without is_input too
  EXPECT_THAT(run("jobs").text, HasSubstr("sleep 100"));
}

TEST_F(TerminalTest, a_program_may_change_the_terminal) {
  EXPECT_EQ(run("stty raw echo; echo x").text, "x");
  EXPECT_EQ(run("echo y; read -t 1 -p '? ' z < /dev/tty; echo $?").text.substr(0, 1), "y");
  EXPECT_EQ(run("exec >/dev/null; echo lost").text, "");
  EXPECT_EQ(run("exec >/dev/tty; echo back").text, "back");
}

TEST_F(TerminalTest, prompts_set_by_the_user_stay_out_of_the_output) {
  EXPECT_EQ(run("PS1='(venv) $ ' PROMPT_COMMAND='echo prompt'").text, "");
  EXPECT_EQ(run("echo x").text, "x");
  EXPECT_EQ(run("set -u; echo y").text, "y");
  EXPECT_EQ(run("echo z").text, "z");
}

TEST_F(TerminalTest, shell_options_set_by_the_user_hold) {
  run("set -x");
  const auto traced = run("echo x").text;
  EXPECT_THAT(traced, HasSubstr("+ echo x\nx"));
  EXPECT_EQ(traced.find("7717"), std::string::npos);
  run("set +x; set -o noclobber -u");
  EXPECT_EQ(run("echo y; (exit 4)").text, "y");
  EXPECT_EQ(run("echo $?").text, "4");
}

TEST_F(TerminalTest, exit_gives_a_fresh_shell) {
  run("cd /; FOO=bar");
  const auto result = run("echo bye; exit 3");
  EXPECT_TRUE(result.is_error);
  EXPECT_EQ(result.exit_code, -1);
  EXPECT_THAT(result.text, StartsWith("bye\n"));
  EXPECT_THAT(result.text, HasSubstr("exit status 3"));
  EXPECT_EQ(run("echo $FOO; pwd").text, folder_.path());
  EXPECT_THAT(run("kill -9 $$").text, HasSubstr("signal 9"));
  EXPECT_EQ(run("echo again").text, "again");
}

TEST_F(TerminalTest, reset_ends_what_runs) {
  ASSERT_EQ(run("FOO=bar; trap '' TERM INT; setsid sleep 1000 & sleep 1000", 0.2).exit_code, -1);
  const auto result = reset();
  EXPECT_EQ(result.command, "[RESET]");
  EXPECT_EQ(result.exit_code, 0);
  wait_until_running(0);
  EXPECT_THAT(reset("echo x$FOO").text, EndsWith("\n\nx"));
}

TEST_F(TerminalTest, close_ends_the_whole_tree) {
  run("trap '' TERM; setsid sleep 1000 & (trap '' HUP TERM; sleep 1000) & disown -a");
  auto open = submit({"open", "sleep 1000", false, {}, false, {}});
  auto queued = submit({"queued", "echo x", false, {}, false, {}});
  loop_->run([this] { terminal_->close(); });
  EXPECT_TRUE(open.get().is_error);
  EXPECT_TRUE(queued.get().is_error);
  wait_until_running(0);
}

TEST_F(TerminalTest, calls_wait_for_each_other) {
  auto one = submit({"1", "echo one; cd /", false, {}, false, {}});
  auto two = submit({"2", "echo two; pwd", false, {}, false, {}});
  EXPECT_EQ(one.get().text, "one");
  EXPECT_EQ(two.get().text, "two\n/");
}

TEST_F(TerminalTest, a_cancelled_call_interrupts_its_command) {
  options_.interrupt_grace = 60s;
  run("true");
  auto call = submit({"a", "echo started; sleep 1000", false, {}, false, {}});
  auto queued = submit({"b", "echo never", false, {}, false, {}});
  while (launcher_.running("sleep") != 1) std::this_thread::yield();
  loop_->run([this] { terminal_->cancel("b"), terminal_->cancel("a"), terminal_->cancel("a"); });
  EXPECT_EQ(call.get().exit_code, 130);
  EXPECT_TRUE(queued.get().is_error);
  EXPECT_EQ(run("echo next").text, "next");
}

TEST_F(TerminalTest, a_cancelled_command_that_ignores_interrupts_is_killed) {
  options_.interrupt_grace = 200ms;
  run("true");
  auto call = submit(
      {"a", "bash -c \"trap '' INT TERM; echo ready; while :; do sleep 100; done\"", false, {}, false, {}});
  wait_until_running(3);
  loop_->run([this] { terminal_->cancel("a"); });
  EXPECT_EQ(call.get().exit_code, 137);
}

TEST_F(TerminalTest, yes_is_bounded) {
  EXPECT_EQ(run("yes | head -2").text, "y\ny");
  const auto result = run("yes", 0.5);
  EXPECT_LT(result.text.size(), 31'000U);
  EXPECT_THAT(result.text, HasSubstr("characters left out here"));
  EXPECT_EQ(input("C-c").exit_code, 130);
  EXPECT_EQ(run("echo over").text, "over");
}

TEST_F(TerminalTest, a_hundred_megabytes_without_a_line_end_are_survived) {
  const auto result = run("head -c 100000000 /dev/zero | tr '\\0' x", 60);
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_LT(result.text.size(), 31'000U);
  EXPECT_THAT(result.text, HasSubstr("the first part of the output is in " + folder_.path() + "/saved/"));
  const auto file = std::filesystem::directory_iterator(folder_.path() + "/saved")->path();
  EXPECT_EQ(std::filesystem::file_size(file), 64U << 20);
}

TEST_F(TerminalTest, background_jobs_go_on_and_their_output_comes_later) {
  EXPECT_THAT(run("(read x < fifo_not_there 2>/dev/null; until [ -e go ]; do read -t 0.01 < /dev/tty; done; "
                  "echo bg) &")
                  .text,
              StartsWith("["));
  EXPECT_EQ(run("echo fg").exit_code, 0);
}

TEST_F(TerminalTest, a_bad_start_file_is_left_out) {
  options_.load_bashrc = true;
  options_.start_limit = 300ms;
  std::ofstream(folder_.path() + "/.bashrc") << "echo noise; read -t 5 < <(sleep 5); exec sleep 1000\n";
  ::setenv("HOME", folder_.path().c_str(), 1);
  EXPECT_EQ(run("echo x").text, "x");
  EXPECT_THAT(warnings_, HasSubstr(".bashrc"));
}

TEST_F(TerminalTest, the_users_start_file_is_used) {
  options_.load_bashrc = true;
  std::ofstream(folder_.path() + "/.bashrc") << "echo noise; export FROM_RC=yes; PS1='$ '\n";
  ::setenv("HOME", folder_.path().c_str(), 1);
  EXPECT_EQ(run("echo $FROM_RC").text, "yes");
}

TEST_F(TerminalTest, a_folder_that_is_not_there_is_an_error) {
  options_.working_dir = folder_.path() + "/none";
  const auto result = run("echo x");
  EXPECT_TRUE(result.is_error);
  EXPECT_THAT(result.text, HasSubstr("could not start a shell"));
}

}  // namespace
}  // namespace collet::bash
