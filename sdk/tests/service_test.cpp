#include "collet/service.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <stdexcept>

#include "collet/testing/fake_host.hpp"
#include "collet/testing/temporary_folder.hpp"

namespace collet {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using State = Service::State;
using ::testing::HasSubstr;

template <class Condition>
bool wait_until(const Condition& condition) {
  const auto until = std::chrono::steady_clock::now() + 20s;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > until) return false;
    std::this_thread::sleep_for(2ms);
  }
  return true;
}

class ServiceTest : public ::testing::Test {
 protected:
  ServiceTest() { fake_.allow_processes(); }

  // A shell script whose folder is $HERE.
  ServiceOptions running(const std::string& script) {
    ServiceOptions options;
    options.name = "the thing";
    options.prepare = [this, script] {
      ++starts_;
      ServiceStart start;
      start.program.argv = {"/bin/sh", "-c", script};
      start.program.environment = {{"HERE", folder_.path()}};
      start.secrets = {"s3cret"};
      return start;
    };
    options.first_pause = 1ms;
    options.longest_pause = 4ms;
    return options;
  }
  int process() {
    int pid = 0;
    std::ifstream(folder_ / "pid") >> pid;
    return pid;
  }
  static bool lives(int pid) {
    std::ifstream in("/proc/" + std::to_string(pid) + "/stat");
    std::string number, name, state;
    return static_cast<bool>(in >> number >> name >> state) && state != "Z";
  }

  testing::TemporaryFolder folder_;
  testing::FakeHost fake_;
  Host host_{&fake_.table()};
  std::atomic<int> starts_ = 0;
};

TEST_F(ServiceTest, runs_until_it_is_stopped_and_takes_its_tree_along) {
  Service service(host_, running("sleep 1000 & echo $! > $HERE/pid.new; mv $HERE/pid.new $HERE/pid; wait"));
  EXPECT_EQ(service.status().state, State::kStopped);
  service.start();
  EXPECT_TRUE(wait_until([&] { return service.status().state == State::kReady && process() != 0; }));
  EXPECT_EQ(service.status().problem, "");
  EXPECT_TRUE(fake_.has_logged("the thing is ready"));
  const int pid = process();
  EXPECT_TRUE(lives(pid));
  service.stop();
  EXPECT_EQ(service.status().state, State::kStopped);
  EXPECT_TRUE(wait_until([&] { return !lives(pid); }));
  EXPECT_EQ(starts_, 1);
}

TEST_F(ServiceTest, is_started_again_and_the_same_reason_is_said_once) {
  Service service(host_, running("echo Error: no s3cret today; exit 7"));
  service.start();
  EXPECT_TRUE(wait_until([&] { return starts_ >= 5; }));
  service.stop();
  int said = 0;
  for (const auto& line : fake_.log())
    said += line.text.find("ended with 7: Error: no <hidden> today") != std::string::npos;
  EXPECT_EQ(said, 1);
  EXPECT_FALSE(fake_.has_logged("s3cret"));
}

TEST_F(ServiceTest, a_start_that_cannot_be_is_tried_again) {
  auto options = running("exec sleep 1000");
  options.prepare = [this, prepare = options.prepare] {
    if (starts_ < 3) {
      ++starts_;
      throw std::runtime_error("its port is taken");
    }
    return prepare();
  };
  options.first_pause = options.longest_pause = 1ms;
  Service service(host_, std::move(options));
  service.start();
  EXPECT_TRUE(wait_until([&] { return service.status().state == State::kReady; }));
  EXPECT_EQ(starts_, 4);
  int said = 0;
  for (const auto& line : fake_.log()) said += line.text.find("its port is taken") != std::string::npos;
  EXPECT_EQ(said, 1);
}

TEST_F(ServiceTest, a_program_that_is_not_there_is_a_problem_for_people) {
  auto options = running("");
  options.prepare = [] { return ServiceStart{{{"/nowhere/to/be/found"}}, {}}; };
  options.first_pause = options.longest_pause = 1h;
  Service service(host_, std::move(options));
  service.start();
  EXPECT_EQ(service.status().state, State::kWaiting);
  EXPECT_NE(service.status().problem, "");
  service.stop();  // doesn't wait for the pause
}

TEST_F(ServiceTest, is_ready_when_it_says_so) {
  auto options = running("exec sleep 1000");
  std::atomic<bool> ready = false;
  options.ready = [&] { return ready.load(); };
  Service service(host_, std::move(options));
  service.start();
  EXPECT_EQ(service.status().state, State::kStarting);
  ready = true;
  EXPECT_TRUE(wait_until([&] { return service.status().state == State::kReady; }));
}

TEST_F(ServiceTest, one_that_is_never_ready_is_started_again) {
  auto options = running("echo waiting; exec sleep 1000");
  options.ready = [] { return false; };
  options.ready_limit = 1ms;
  Service service(host_, std::move(options));
  service.start();
  EXPECT_TRUE(wait_until([&] { return starts_ >= 3; }));
  EXPECT_TRUE(fake_.has_logged("the thing: not ready after"));
}

TEST_F(ServiceTest, pauses_double_up_to_the_longest) {
  auto options = running("exit 1");
  std::vector<std::chrono::steady_clock::time_point> times;
  std::mutex mutex;
  options.prepare = [&, prepare = options.prepare] {
    const std::lock_guard lock(mutex);
    times.push_back(std::chrono::steady_clock::now());
    return prepare();
  };
  options.first_pause = 10ms;
  options.longest_pause = 40ms;
  Service service(host_, std::move(options));
  service.start();
  EXPECT_TRUE(wait_until([&] { return starts_ >= 5; }));
  service.stop();
  EXPECT_GE(times[1] - times[0], 10ms);
  EXPECT_GE(times[2] - times[1], 20ms);
  EXPECT_GE(times[3] - times[2], 40ms);
  EXPECT_GE(times[4] - times[3], 40ms);
}

TEST_F(ServiceTest, one_that_will_not_end_is_killed) {
  auto options = running(
      "trap '' TERM; echo $$ > $HERE/pid.new; mv $HERE/pid.new $HERE/pid; while :; do sleep 1000; done");
  options.grace_ms = 1;
  Service service(host_, std::move(options));
  service.start();
  EXPECT_TRUE(wait_until([&] { return process() != 0; }));
  const int pid = process();
  service.stop();
  EXPECT_TRUE(wait_until([&] { return !lives(pid); }));
}

TEST_F(ServiceTest, much_output_neither_blocks_it_nor_is_kept) {
  Service service(host_,
                  running("head -c 20000000 /dev/zero | tr '\\0' 'x'; echo; echo Error: enough; exit 3"));
  service.start();
  EXPECT_TRUE(wait_until([&] { return fake_.has_logged("ended with 3: Error: enough"); }));
}

TEST_F(ServiceTest, may_be_started_again_after_a_stop) {
  Service service(host_, running("exec sleep 1000"));
  service.start();
  service.start();
  service.stop();
  service.stop();
  service.start();
  EXPECT_TRUE(wait_until([&] { return service.status().state == State::kReady; }));
  EXPECT_EQ(starts_, 2);
}

}  // namespace
}  // namespace collet
