#include "pty/pty_session.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <thread>

#include "collet/json.hpp"
#include "pty/pty_service.hpp"
#include "testing/fork_launcher.hpp"
#include "testing/kept_sessions.hpp"

namespace collet::bash {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class PtyTest : public ::testing::Test {
 protected:
  PtyTest() : loop_(std::make_shared<EventLoop>([](const std::string& error) { ADD_FAILURE() << error; })) {
    make({});
  }
  ~PtyTest() override {
    ptys_.reset();
    loop_->stop();
  }
  void make(PtyService::Limits limits) {
    ptys_ = std::make_unique<PtyService>(loop_, launcher_, kept_.sessions(), limits);
  }
  std::string open(const std::string& script) {
    return ptys_->open({{"/bin/sh", "-c", script}, "/", {{"PS1", "$ "}}, 24, 80}).id;
  }
  void attach(const std::string& id, SessionId session, std::optional<std::uint64_t> from = std::nullopt,
              std::size_t room = 1'000'000) {
    kept_.open(session, room);
    EXPECT_TRUE(ptys_->with(id, [&](PtySession& pty) { pty.attach(session, from); }));
  }
  void type(const std::string& id, const std::string& text) {
    ptys_->with(id, [&](PtySession& pty) { EXPECT_TRUE(pty.type(text)); });
  }
  PtyInfo wait_for_end(const std::string& id) {
    for (;;) {
      const auto info = ptys_->find(id);
      if (!info || info->ended) return info.value_or(PtyInfo());
      std::this_thread::sleep_for(1ms);
    }
  }

  testing::ForkLauncher launcher_;
  testing::KeptSessions kept_;
  std::shared_ptr<EventLoop> loop_;
  std::unique_ptr<PtyService> ptys_;
};

TEST_F(PtyTest, shows_what_is_printed_and_takes_what_is_typed) {
  const auto id = open("echo ready; read line; echo got $line; exit 3");
  attach(id, 1);
  kept_.wait_for_bytes(1, "ready\r\n");
  type(id, "hello\r");
  EXPECT_EQ(kept_.wait_for_bytes(1, "got"), "ready\r\nhello\r\ngot hello\r\n");
  EXPECT_EQ(kept_.wait_for_close(1), 1000);
  const auto texts = kept_.wait_for(1, 2);
  EXPECT_THAT(texts[0], StartsWith(R"({"type":"pty","from":0,"pty":{"id":")" + id));
  EXPECT_EQ(texts[1], R"({"type":"exit","exit_code":3,"next_offset":25})");
  EXPECT_EQ(wait_for_end(id).exit_code, 3);
}

TEST_F(PtyTest, all_viewers_see_the_same_and_later_ones_what_is_kept) {
  const auto id = open("echo one; read line; echo two; read line");
  attach(id, 1);
  kept_.wait_for_bytes(1, "one\r\n");
  attach(id, 2);
  EXPECT_EQ(kept_.wait_for_bytes(2, "one\r\n"), "one\r\n");
  type(id, "\r");
  kept_.wait_for_bytes(1, "two");
  kept_.wait_for_bytes(2, "two");
  attach(id, 3, 5);
  EXPECT_EQ(kept_.wait_for_bytes(3, "two\r\n"), "\r\ntwo\r\n");
  EXPECT_EQ(ptys_->find(id)->viewers, 3U);
}

TEST_F(PtyTest, the_end_can_still_be_read_after_it) {
  const auto id = open("echo last words");
  wait_for_end(id);
  attach(id, 1);
  EXPECT_EQ(kept_.wait_for_bytes(1, "words"), "last words\r\n");
  EXPECT_EQ(kept_.wait_for_close(1), 1000);
}

TEST_F(PtyTest, an_offset_beyond_the_output_is_refused) {
  const auto id = open("read line");
  attach(id, 1, 1000);
  EXPECT_EQ(kept_.wait_for_close(1), 1008);
}

TEST_F(PtyTest, a_viewer_that_is_late_is_told_of_the_gap) {
  PtyService::Limits limits;
  limits.session.kept_bytes = 4096;
  make(limits);
  const auto id = open("i=0; while [ $i -lt 2000 ]; do echo line $i; i=$((i+1)); done; read line");
  while (ptys_->find(id)->next_offset < 20'000) std::this_thread::sleep_for(1ms);
  attach(id, 1, 10);
  EXPECT_THAT(kept_.wait_for_bytes(1, "line 1999"), Not(HasSubstr("line 10\r")));
  const auto gap = json::parse(kept_.wait_for(1, 2)[1]);
  EXPECT_EQ(json::string_or(*gap, "type"), "gap");
  EXPECT_EQ(json::int_at(*gap, "from"), 10);
  const auto info = *ptys_->find(id);
  EXPECT_GT(json::int_at(*gap, "to").value_or(0), 10);
  EXPECT_EQ(info.next_offset - info.first_offset, 4096U);
}

TEST_F(PtyTest, a_slow_viewer_holds_the_program_up_and_loses_nothing) {
  PtyService::Limits limits;
  limits.session.kept_bytes = 1U << 20;
  limits.session.patience = 1h;
  make(limits);
  const auto id = open("head -c 3000000 /dev/zero | tr '\\0' x; echo the end");
  attach(id, 1, std::nullopt, 3);
  std::uint64_t before = 0, after = 0;
  do {  // until it stands still
    before = ptys_->find(id)->next_offset;
    std::this_thread::sleep_for(100ms);
    after = ptys_->find(id)->next_offset;
  } while (before != after || after == 0);
  EXPECT_LT(after, 1'500'000U);
  while (kept_.bytes(1).find("the end") == std::string::npos) {
    kept_.make_room(1, 10);
    ptys_->with(id, [](PtySession& pty) { pty.drained(1); });
    std::this_thread::sleep_for(1ms);
  }
  EXPECT_EQ(kept_.bytes(1), std::string(3'000'000, 'x') + "the end\r\n");
}

TEST_F(PtyTest, a_viewer_that_stands_still_holds_it_up_for_a_while_only) {
  PtyService::Limits limits;
  limits.session.patience = 10ms;
  make(limits);
  const auto id = open("head -c 5000000 /dev/zero | tr '\\0' x");
  attach(id, 1, std::nullopt, 2);
  EXPECT_EQ(wait_for_end(id).next_offset, 5'000'000U);
}

TEST_F(PtyTest, a_new_size_reaches_the_program_and_the_viewers) {
  const auto id = open("trap 'stty size' WINCH; echo ready; while :; do sleep 0.01; done");
  attach(id, 1);
  kept_.wait_for_bytes(1, "ready");
  ptys_->with(id, [](PtySession& pty) { pty.resize(33, 99); });
  kept_.wait_for_bytes(1, "33 99\r\n");
  EXPECT_EQ(kept_.wait_for(1, 2)[1], R"({"type":"resize","rows":33,"columns":99})");
  EXPECT_EQ(ptys_->find(id)->request.rows, 33);
}

TEST_F(PtyTest, signals_and_the_end_of_the_whole_tree) {
  const auto id = open(
      "trap 'echo interrupted' INT; echo ready; (trap '' TERM HUP; setsid sleep 1000) & while :; do sleep "
      "0.01; done");
  attach(id, 1);
  kept_.wait_for_bytes(1, "ready");
  ptys_->with(id, [](PtySession& pty) { EXPECT_TRUE(pty.signal(SIGINT)); });
  kept_.wait_for_bytes(1, "interrupted");
  EXPECT_TRUE(ptys_->remove(id));
  EXPECT_EQ(kept_.wait_for_close(1), 1000);
  // Killed by now; the system takes a moment to end them.
  const auto until = std::chrono::steady_clock::now() + 10s;
  while (launcher_.running() > 0 && std::chrono::steady_clock::now() < until)
    std::this_thread::sleep_for(1ms);
  EXPECT_EQ(launcher_.running(), 0U);
  EXPECT_FALSE(ptys_->remove(id));
  EXPECT_FALSE(ptys_->find(id));
}

TEST_F(PtyTest, input_that_nobody_reads_is_bounded) {
  PtyService::Limits limits;
  limits.session.input_bytes = 100'000;
  make(limits);
  const auto id = open("stty -icanon; echo ready; exec sleep 1000");
  attach(id, 1);
  kept_.wait_for_bytes(1, "ready");
  std::size_t taken = 0;
  ptys_->with(id, [&](PtySession& pty) {
    while (pty.type(std::string(1000, 'x'))) ++taken;
  });
  EXPECT_GE(taken, 100U);
  EXPECT_LT(taken, 300U);
}

TEST_F(PtyTest, too_many_and_unseen_ones) {
  PtyService::Limits limits;
  limits.open = 2;
  make(limits);
  const auto first = open("read line"), second = open("read line");
  EXPECT_THROW(open("read line"), PtyService::TooMany);
  const auto all = ptys_->list();
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].id, first);
  EXPECT_EQ(all[1].id, second);
  type(first, "\r");
  wait_for_end(first);
  open("read line");

  limits.unseen = std::chrono::seconds(0);
  make(limits);
  const auto unseen = open("sleep 1000");
  EXPECT_EQ(wait_for_end(unseen).exit_code, -SIGKILL);
}

TEST_F(PtyTest, a_program_that_cannot_be_started_is_an_error) {
  EXPECT_THROW(ptys_->open({{"/bin/sh"}, "/does/not/exist", {}, 24, 80}), LaunchError);
  EXPECT_TRUE(ptys_->list().empty());
}

}  // namespace
}  // namespace collet::bash
