#include "commands/command_runner.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <thread>

#include "collet/testing/temporary_folder.hpp"
#include "testing/fork_launcher.hpp"

namespace collet::bash {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

class CommandRunnerTest : public ::testing::Test {
 protected:
  CommandRunnerTest()
      : loop_(std::make_shared<EventLoop>([](const std::string& error) { ADD_FAILURE() << error; })) {}
  ~CommandRunnerTest() override {
    loop_->run([this] { runner_.reset(); });
    loop_->stop();
  }

  CommandRunner::Options options(const std::string& command, std::chrono::milliseconds timeout = 60s) const {
    CommandRunner::Options made;
    made.command = command;
    made.working_dir = folder_.path();
    made.timeout = timeout;
    return made;
  }
  // Runs to the end; all chunks joined.
  OutputChunk run(CommandRunner::Options given) {
    std::promise<OutputChunk> result;
    chunks_ = 0;
    loop_->post([&, given = std::move(given)] {
      auto all = std::make_shared<OutputChunk>();
      runner_ = CommandRunner::start(loop_, launcher_, given, [&result, all, this](const OutputChunk& chunk) {
        ++chunks_;
        all->out += chunk.out;
        all->err += chunk.err;
        if (chunk.exit_code) return all->exit_code = chunk.exit_code, result.set_value(*all);
        loop_->post([this] { runner_->chunk_taken(); });
      });
    });
    return result.get_future().get();
  }

  collet::testing::TemporaryFolder folder_;
  testing::ForkLauncher launcher_;
  std::shared_ptr<EventLoop> loop_;
  std::shared_ptr<CommandRunner> runner_;
  int chunks_ = 0;
};

TEST_F(CommandRunnerTest, gives_both_streams_and_the_exit_code) {
  const auto result = run(options("pwd; echo err >&2; exit 7"));
  EXPECT_EQ(result.out, folder_.path() + "\n");
  EXPECT_EQ(result.err, "err\n");
  EXPECT_EQ(result.exit_code, 7);
}

TEST_F(CommandRunnerTest, a_signal_is_negative) { EXPECT_EQ(run(options("kill -9 $$")).exit_code, -9); }

TEST_F(CommandRunnerTest, there_is_no_input) { EXPECT_EQ(run(options("cat")).exit_code, 0); }

TEST_F(CommandRunnerTest, invalid_bytes_are_replaced) {
  EXPECT_EQ(run(options("printf '\\377\\376abc'")).out, "\uFFFD\uFFFDabc");
}

TEST_F(CommandRunnerTest, a_missing_folder_is_an_error) {
  auto given = options("pwd");
  given.working_dir += "/none";
  const auto result = run(given);
  EXPECT_EQ(result.exit_code, -1);
  EXPECT_EQ(result.err, "Error executing command: [Errno 2] No such file or directory");
}

TEST_F(CommandRunnerTest, a_time_out_ends_the_whole_tree) {
  const auto result =
      run(options("echo before; trap '' TERM; setsid sleep 1000 & sleep 1000; echo after", 300ms));
  EXPECT_EQ(result.out, "before\n");
  EXPECT_EQ(result.exit_code, -1);
  while (launcher_.running() > 0) std::this_thread::yield();
}

TEST_F(CommandRunnerTest, without_time_nothing_is_run) {
  EXPECT_EQ(run(options("touch made", 0ms)).exit_code, -1);
  EXPECT_EQ(run(options("touch made", -5ms)).exit_code, -1);
  EXPECT_EQ(run(options("ls")).out, "");
}

TEST_F(CommandRunnerTest, waits_for_background_children_that_hold_the_output) {
  EXPECT_EQ(run(options("(sleep 0.1; echo late) & echo now")).out, "now\nlate\n");
}

TEST_F(CommandRunnerTest, long_output_comes_in_chunks_and_is_bounded) {
  auto given = options("head -c 3000000 /dev/zero | tr '\\0' x");
  const auto whole = run(given);
  EXPECT_EQ(whole.out.size(), 3'000'000U);
  EXPECT_EQ(chunks_, 3);
  given.output_bytes = 1000;
  const auto cut = run(given);
  EXPECT_EQ(cut.out.size(), 1000U);
  EXPECT_EQ(cut.err, "\n[2999000 more bytes of output were not kept]\n");
  EXPECT_EQ(cut.exit_code, 0);
}

TEST_F(CommandRunnerTest, chunks_that_nobody_takes_hold_the_command_up) {
  std::atomic<int> seen{0};
  std::promise<void> full;
  loop_->run([&] {
    runner_ = CommandRunner::start(loop_, launcher_, options("yes"), [&](const OutputChunk& chunk) {
      if (!chunk.exit_code && ++seen == 4) full.set_value();
    });
  });
  full.get_future().wait();
  for (int i = 0; i < 50; ++i) loop_->run([] {});
  EXPECT_EQ(seen, 4);
  loop_->run([&] { runner_->stop(); });
}

}  // namespace
}  // namespace collet::bash
