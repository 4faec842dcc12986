#include "commands/command_service.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <future>
#include <thread>

#include "collet/json.hpp"
#include "collet/testing/temporary_folder.hpp"
#include "testing/fork_launcher.hpp"
#include "testing/memory_log.hpp"

namespace collet::bash {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class CommandServiceTest : public ::testing::Test {
 protected:
  CommandServiceTest()
      : loop_(std::make_shared<EventLoop>([](const std::string& error) { ADD_FAILURE() << error; })) {
    make({});
  }
  ~CommandServiceTest() override {
    service_.reset();
    loop_->stop();
  }
  void make(CommandService::Limits limits) {
    service_ = std::make_unique<CommandService>(loop_, launcher_, history_, folder_.path(), limits,
                                                [this](const std::string&) { ++failures_; });
  }
  BashOutput execute(CommandRequest request) {
    std::promise<BashOutput> result;
    service_->execute(std::move(request), keep(result));
    return result.get_future().get();
  }
  static CommandService::Ended keep(std::promise<BashOutput>& result) {
    return [&](const BashOutput* output, const std::string& error) {
      if (output != nullptr)
        result.set_value(*output);
      else
        result.set_exception(std::make_exception_ptr(std::runtime_error(error)));
    };
  }
  std::vector<std::string> search(const EventSearch& search, std::string* next = nullptr) const {
    const auto page = json::parse(history_.search(search));
    std::vector<std::string> found;
    for (const auto& item : page->FindMember("items")->value.GetArray())
      found.push_back(json::string_or(item, "kind") == "BashCommand"
                          ? json::string_or(item, "command")
                          : "-> " + json::string_or(item, "stdout", "null"));
    if (next != nullptr) *next = json::string_or(*page, "next_page_id");
    return found;
  }

  collet::testing::TemporaryFolder folder_;
  testing::ForkLauncher launcher_;
  testing::MemoryLog log_;
  EventHistory history_{log_};
  std::atomic<int> failures_{0};
  std::shared_ptr<EventLoop> loop_;
  std::unique_ptr<CommandService> service_;
};

TEST_F(CommandServiceTest, a_command_and_its_output_are_stored_and_answered) {
  const auto output = execute({"echo hi", {}, 300});
  EXPECT_EQ(output.out, "hi\n");
  EXPECT_EQ(output.exit_code, 0);
  EXPECT_EQ(output.order, 0);
  EXPECT_EQ(history_.find(output.id), to_json(output));
  const auto command = json::parse(history_.find(output.command_id).value());
  EXPECT_EQ(json::dump(*command), R"({"command":"echo hi","cwd":null,"timeout":300,"id":")" +
                                      output.command_id + R"(","timestamp":")" +
                                      json::string_or(*command, "timestamp") + R"(","kind":"BashCommand"})");
  EXPECT_THAT(to_json(output),
              HasSubstr(R"("order":0,"exit_code":0,"stdout":"hi\n","stderr":null,"kind":"BashOutput")"));
}

TEST_F(CommandServiceTest, a_relative_folder_is_below_the_default_one) {
  folder_.write("sub/x", "");
  EXPECT_EQ(execute({"pwd", {}, 300}).out, folder_.path() + "\n");
  EXPECT_EQ(execute({"pwd", "sub", 300}).out, folder_.path() + "/sub\n");
  EXPECT_EQ(execute({"pwd", "/", 300}).out, "/\n");
}

TEST_F(CommandServiceTest, long_output_is_stored_in_pieces_and_answered_whole) {
  const auto output = execute({"head -c 2500000 /dev/zero | tr '\\0' x", {}, 300});
  EXPECT_EQ(output.out.size(), 2'500'000U);
  EXPECT_EQ(output.order, 2);
  EventSearch pieces;
  pieces.command_id = output.command_id;
  EXPECT_EQ(search(pieces).size(), 3U);
  pieces.order_gt = 1;
  EXPECT_EQ(search(pieces).size(), 1U);
}

TEST_F(CommandServiceTest, an_answer_is_bounded) {
  make({.running = 256, .answer_bytes = 10, .longest_seconds = 60});
  const auto output = execute({"printf 1234567890abc", {}, 300});
  EXPECT_EQ(output.out, "1234567890");
  EXPECT_THAT(output.err, HasSubstr("3 more bytes"));
}

TEST_F(CommandServiceTest, search_filters_and_pages) {
  for (const auto* command : {"echo 1", "echo 2", "echo 3"}) execute({command, {}, 300});
  EXPECT_THAT(search({}), ElementsAre("echo 1", "-> 1\n", "echo 2", "-> 2\n", "echo 3", "-> 3\n"));
  EventSearch commands;
  commands.kind = "BashCommand";
  commands.limit = 2;
  std::string next;
  EXPECT_THAT(search(commands, &next), ElementsAre("echo 1", "echo 2"));
  EXPECT_THAT(next, ::testing::MatchesRegex("[0-9]+_BashCommand_[0-9a-f]+"));
  EXPECT_EQ(next.find('_'), 20U);
  commands.page_id = next;
  EXPECT_THAT(search(commands, &next), ElementsAre("echo 3"));
  EXPECT_EQ(next, "");
  commands.page_id = "zzz";
  EXPECT_THAT(search(commands), ElementsAre("echo 1", "echo 2"));
  commands.page_id.clear();
  commands.newest_first = true;
  EXPECT_THAT(search(commands, &next), ElementsAre("echo 3", "echo 2"));
  commands.page_id = next;
  EXPECT_THAT(search(commands), ElementsAre("echo 1"));
  EventSearch later;
  later.timestamp_gte = now_micros();
  EXPECT_TRUE(search(later).empty());
  later = {};
  later.timestamp_lt = now_micros();
  EXPECT_EQ(search(later).size(), 6U);
  EXPECT_EQ(history_.clear(), 6);
  EXPECT_EQ(history_.search({}), R"({"items":[],"next_page_id":null})");
}

TEST_F(CommandServiceTest, a_page_reads_on_over_many_records) {
  for (int i = 0; i < 50; ++i) history_.append(BashCommand{new_id(), now_micros(), std::to_string(i), {}, 1});
  std::string next;
  EventSearch all;
  all.limit = 40;
  EXPECT_EQ(search(all, &next).size(), 40U);
  all.page_id = next;
  EXPECT_EQ(search(all, &next).front(), "40");
}

TEST_F(CommandServiceTest, too_many_at_once_are_refused) {
  make({.running = 1, .answer_bytes = 1000, .longest_seconds = 60});
  service_->start({"sleep 1000", {}, 300});
  EXPECT_THROW(service_->start({"true", {}, 300}), CommandService::TooMany);
}

TEST_F(CommandServiceTest, its_end_ends_the_commands_and_answers) {
  std::promise<BashOutput> result;
  service_->execute({"echo started; sleep 1000", {}, 300}, keep(result));
  while (launcher_.running() == 0) std::this_thread::yield();
  service_.reset();
  EXPECT_EQ(result.get_future().get().exit_code, -1);
  while (launcher_.running() > 0) std::this_thread::yield();
}

TEST_F(CommandServiceTest, a_full_disk_is_reported_and_nobody_waits_for_ever) {
  std::promise<BashOutput> result;
  service_->execute({"until [ -e go ]; do :; done; head -c 9000000 /dev/zero", {}, 300}, keep(result));
  while (search({}).empty()) std::this_thread::yield();
  log_.broken = true;
  folder_.write("go", "");
  EXPECT_EQ(result.get_future().get().exit_code, 0);
  EXPECT_GT(failures_, 0);
  EXPECT_THROW(service_->start({"sleep 1000", {}, 300}), CommandService::NotStored);
  EXPECT_TRUE(service_->running().empty());
  while (launcher_.running() > 0) std::this_thread::yield();  // killed; the system takes a moment to end it
}

TEST_F(CommandServiceTest, no_output_is_stored_before_its_command) {
  log_.slow = true;
  std::promise<BashOutput> result;
  service_->execute({"echo hi; touch done", {}, 300}, keep(result));
  while (::access((folder_.path() + "/done").c_str(), F_OK) != 0 || launcher_.running() > 0)
    std::this_thread::yield();
  EXPECT_TRUE(search({}).empty());
  log_.catch_up();
  EXPECT_EQ(result.get_future().get().out, "hi\n");
  EXPECT_THAT(search({}), ElementsAre("echo hi; touch done", "-> hi\n"));
}

TEST_F(CommandServiceTest, a_slow_store_is_not_given_more_than_it_takes) {
  std::vector<std::promise<BashOutput>> results(12);
  for (auto& result : results)
    service_->execute(
        {"until [ -e go ]; do sleep 0.01; done; head -c 3000000 /dev/zero | tr '\\0' x", {}, 300},
        keep(result));
  while (service_->running().size() < results.size()) std::this_thread::yield();
  log_.slow = true;
  folder_.write("go", "");
  while (log_.waiting_bytes() < (8U << 20)) std::this_thread::yield();
  std::this_thread::sleep_for(200ms);
  EXPECT_LT(log_.waiting_bytes(), 11U << 20);
  log_.catch_up();
  for (auto& result : results) EXPECT_EQ(result.get_future().get().out.size(), 3'000'000U);
  EXPECT_EQ(failures_, 0);
  std::size_t stored = 0;
  for (const auto& record : log_.read({{{"kind", "BashOutput"}}, 0, false, 1000}))
    stored += record.text.size();
  EXPECT_GT(stored, results.size() * 3'000'000U);
}

TEST_F(CommandServiceTest, a_command_that_was_not_stored_has_no_output) {
  log_.slow = true;
  std::promise<std::string> refused;
  service_->execute({"echo hi; touch done", {}, 300},
                    [&](const BashOutput* output, const std::string& error) {
                      EXPECT_EQ(output, nullptr);
                      refused.set_value(error);
                    });
  while (::access((folder_.path() + "/done").c_str(), F_OK) != 0 || launcher_.running() > 0)
    std::this_thread::yield();
  log_.broken = true;
  log_.catch_up();
  EXPECT_THAT(refused.get_future().get(), HasSubstr("the disk is full"));
  log_.broken = false;
  EXPECT_EQ(execute({"echo next", {}, 300}).out, "next\n");
  EXPECT_THAT(search({}), ElementsAre("echo next", "-> next\n"));
}

TEST_F(CommandServiceTest, running_commands_are_listed_signalled_and_stopped) {
  EXPECT_TRUE(service_->running().empty());
  std::promise<BashOutput> first, second;
  const auto trapping = service_->execute(
      {"trap 'echo caught; exit 3' USR1; echo ready >&2; while :; do sleep 0.01; done", std::nullopt, 60},
      keep(first));
  const auto stubborn = service_->execute({"trap '' TERM; sleep 1000", "/", 60}, keep(second));
  std::vector<RunningCommand> running;
  while ((running = service_->running()).size() != 2 || running[0].output_bytes == 0)
    std::this_thread::sleep_for(1ms);
  EXPECT_EQ(running[0].command.id, trapping.id);
  EXPECT_EQ(running[1].command.id, stubborn.id);
  EXPECT_GT(running[1].pid, 0);
  EXPECT_THAT(to_json(running[1]), HasSubstr(R"("cwd":"/","timeout":60)"));
  EXPECT_TRUE(json::parse(to_json(running[1])).has_value());

  EXPECT_EQ(service_->signal(trapping.id, SIGUSR1), CommandService::Signalled::kSent);
  const auto caught = first.get_future().get();
  EXPECT_EQ(caught.exit_code, 3);
  EXPECT_EQ(caught.out, "caught\n");
  EXPECT_EQ(service_->signal(trapping.id, SIGUSR1), CommandService::Signalled::kUnknown);
  EXPECT_EQ(service_->signal("nonsense", SIGUSR1), CommandService::Signalled::kUnknown);

  EXPECT_TRUE(service_->stop(stubborn.id));
  EXPECT_EQ(second.get_future().get().exit_code, -1);
  EXPECT_FALSE(service_->stop(stubborn.id));
  while (launcher_.running() > 0) std::this_thread::yield();  // killed; the system takes a moment to end it
}

TEST_F(CommandServiceTest, what_a_shell_left_behind_takes_no_signal_but_can_be_stopped) {
  std::promise<BashOutput> result;
  const auto command = service_->execute({"sleep 1000 & echo $!", std::nullopt, 60}, keep(result));
  while (service_->signal(command.id, 0) != CommandService::Signalled::kEnded)
    std::this_thread::sleep_for(1ms);
  EXPECT_TRUE(service_->stop(command.id));
  EXPECT_EQ(result.get_future().get().exit_code, -1);
  while (launcher_.running() > 0) std::this_thread::yield();  // killed; the system takes a moment to end it
}

}  // namespace
}  // namespace collet::bash
