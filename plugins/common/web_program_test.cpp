#include "common/web_program.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <stdexcept>

#include "collet/machine.hpp"
#include "collet/testing/fake_host.hpp"
#include "common/testing/wait_until.hpp"

namespace collet {
namespace {

using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using testing::wait_until;

// Doesn't listen: it stays in the state of one that starts. Says its token, its only argument, and ends at
// once where that is "bad".
constexpr const char* kStandIn = "echo Error: with $0 >&2; [ $0 = bad ] || exec sleep 1000; exit 9";

class WebProgramTest : public ::testing::Test {
 protected:
  WebProgramTest() { fake_.allow_processes(); }
  std::unique_ptr<WebProgram> program(std::string token = {}, std::uint16_t port = 0) {
    WebProgram::Options options;
    options.name = "the stand-in";
    options.host = "127.0.0.1";
    options.port = port;
    options.token = std::move(token);
    options.program = [this](const WebProgram::Door& door) {
      ++starts_;
      return SpawnOptions{.argv = {"sh", "-c", kStandIn, door.token}};
    };
    return std::make_unique<WebProgram>(host_, std::move(options));
  }

  testing::FakeHost fake_;
  Host host_{&fake_.table()};
  std::atomic<int> starts_ = 0;
};

TEST_F(WebProgramTest, TheWayInIsThereWhileItRuns) {
  const auto program = this->program();
  EXPECT_FALSE(program->way({}));
  program->start();
  const auto way = program->way({});
  ASSERT_TRUE(way);
  EXPECT_THAT(way->url, MatchesRegex("http://127.0.0.1:[1-9][0-9]*"));
  EXPECT_THAT(way->token, MatchesRegex("[0-9a-f]{64}"));
  program->stop();
  EXPECT_FALSE(program->way({}));
}

TEST_F(WebProgramTest, TheCallersAddressCountsWithoutItsSlash) {
  const auto program = this->program("chosen");
  program->start();
  EXPECT_EQ(program->way("https://there.example/")->url, "https://there.example");
  EXPECT_EQ(program->way("")->url, "");
  EXPECT_EQ(program->way({})->token, "chosen");
}

TEST_F(WebProgramTest, EachStartHasATokenOfItsOwn) {
  const auto program = this->program();
  program->start();
  const auto first = program->way({})->token;
  program->stop();
  program->start();
  EXPECT_NE(program->way({})->token, first);
}

TEST_F(WebProgramTest, TheTokenIsNotLogged) {
  const auto program = this->program("bad");
  program->start();
  EXPECT_TRUE(wait_until([&] { return fake_.has_logged("ended with 9: Error: with <hidden>"); }));
  EXPECT_FALSE(program->way({}));
}

TEST_F(WebProgramTest, APortThatIsTakenIsSaid) {
  const auto port = machine::free_port("127.0.0.1", 0);
  const machine::Address taken("127.0.0.1", port);
  const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  ASSERT_EQ(::bind(listener, taken.get(), taken.size()), 0);
  ASSERT_EQ(::listen(listener, 1), 0);
  const auto program = this->program({}, port);
  program->start();
  EXPECT_EQ(starts_, 0);
  EXPECT_THAT(program->status().problem, HasSubstr("port " + std::to_string(port)));
  ::close(listener);
}

TEST(NoWayIn, SaysWhyToPeopleAndClients) {
  const auto response = no_way_in("it is off").response();
  EXPECT_EQ(response.status, 503);
  EXPECT_EQ(response.body, R"({"detail":"it is off","exception":"503: it is off"})");
}

}  // namespace
}  // namespace collet
