// The calls that the fake host makes: routes, tools, models, start and stop.
#include <gmock/gmock.h>

#include <string>
#include <utility>

#include "guest.hpp"

namespace collet::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class FakeHostTest : public ::testing::Test {
 protected:
  FakeHost host_;
};

TEST_F(FakeHostTest, PluginSaysWhatItOffers) {
  const PluginUnderTest plugin(host_, guest_entry());
  EXPECT_EQ(plugin.id(), "org.example.guest");
  EXPECT_THAT(plugin.routes(), ::testing::Contains("GET /api/guest/{name}/{rest...}"));
  ASSERT_EQ(plugin.tools().size(), 4U);
  EXPECT_EQ(plugin.tools()[0].name, "count");
  EXPECT_THAT(plugin.providers(), ElementsAre("echo"));
}

TEST_F(FakeHostTest, RoutesAreCalledAsTheServerCallsThem) {
  StartedGuest plugin(host_);
  const auto answer = plugin.get("/api/guest/K%C3%B6ln/a/b%2Fc?q=x+y%21");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, "Köln|a/b/c|x y!|/api/guest/Köln/a/b/c");
  EXPECT_EQ(plugin.get("/api/guest/throws/x").status, 500);  // the literal route wins
  EXPECT_TRUE(host_.has_logged("GET /api/guest/throws/x threw: oops"));
  EXPECT_EQ(plugin.get("/api/elsewhere").status, 404);
}

TEST_F(FakeHostTest, InputErrorIsA400) {
  StartedGuest plugin(host_);
  EXPECT_EQ(plugin.post("/api/guest/fields", R"({"n":7})").body, "7");
  for (const auto& [body, why] :
       {std::pair("{}", "'n' is missing"), std::pair(R"({"n":"x"})", "'n' must be a whole number"),
        std::pair("[1]", "must be a JSON object"), std::pair("{", "not valid JSON at byte 1")}) {
    const auto answer = plugin.post("/api/guest/fields", body);
    EXPECT_EQ(answer.status, 400);
    EXPECT_THAT(answer.body, HasSubstr(why));
  }
}

TEST_F(FakeHostTest, ToolIsCalledWithProgress) {
  StartedGuest plugin(host_);
  const auto result = plugin.call_tool("count", R"({"upto":2})");
  EXPECT_EQ(result.error, "");
  EXPECT_EQ(result.observation, text_observation("counted"));
  EXPECT_THAT(result.progress, ElementsAre("1", "2"));
  EXPECT_EQ(plugin.call_tool("count", "{}").error, "'upto' is missing");
  EXPECT_THROW(plugin.call_tool("none", "{}"), std::runtime_error);
}

TEST_F(FakeHostTest, ToolGetsSecretsAndHidesThem) {
  host_.add_secret("TOKEN", "secret-value");
  StartedGuest plugin(host_);
  const auto result = plugin.call_tool("show", "{}", "/tmp", {{"TOKEN", "secret-value"}, {"PLAIN", "plain"}});
  EXPECT_THAT(result.observation, HasSubstr("TOKEN=|<secret-hidden>;PLAIN=pla|in;end"));
}

TEST_F(FakeHostTest, ToolThatTakesNoEnvironmentGetsNone) {
  StartedGuest plugin(host_);
  EXPECT_TRUE(plugin.tools()[2].takes_environment);
  EXPECT_FALSE(plugin.tools()[3].takes_environment);
  EXPECT_EQ(plugin.call_tool("show_nothing", "{}", "/tmp", {{"TOKEN", "secret-value"}}).observation,
            text_observation("end"));
}

TEST_F(FakeHostTest, ToolIsCancelled) {
  StartedGuest plugin(host_);
  auto call = plugin.start_tool("wait", "{}");
  call.wait_for_progress();
  EXPECT_FALSE(call.ended());
  call.cancel();
  EXPECT_EQ(call.result().observation, text_observation("cancelled"));
}

TEST_F(FakeHostTest, StopCancelsWhatRuns) {
  StartedGuest plugin(host_);
  const auto call = plugin.start_tool("wait", "{}");
  call.wait_for_progress();
  plugin.stop();
  EXPECT_EQ(call.result().observation, text_observation("cancelled"));
  EXPECT_TRUE(host_.has_logged("stopped"));
  EXPECT_THAT(plugin.violations(), IsEmpty());
}

TEST_F(FakeHostTest, ModelAnswersOrFails) {
  StartedGuest plugin(host_);
  EXPECT_EQ(plugin.complete("echo", "{}").status, 200);
  EXPECT_EQ(plugin.complete("echo", "{}").text, "{}");
  EXPECT_EQ(plugin.complete("echo", "").status, 429);
}

TEST(FakeHostRefusals, CreateAndStartSpeakForThemselves) {
  FakeHost refusing(R"({"refuse":true})"), failing(R"({"fail_start":true})");
  EXPECT_THROW(
      try { PluginUnderTest(refusing, guest_entry()); } catch (const std::runtime_error& error) {
        EXPECT_STREQ(error.what(), "create failed: refused by config");
        throw;
      },
      std::runtime_error);
  PluginUnderTest plugin(failing, guest_entry());
  EXPECT_THROW(plugin.start(), std::runtime_error);
}

TEST_F(FakeHostTest, ReplyThatIsKeptBeyondTheDeadline_IsToldAndDroppedAtStop) {
  StartedGuest plugin(host_);
  plugin.deadline = std::chrono::milliseconds(50);
  EXPECT_THROW(plugin.post("/api/guest/keep", ""), std::runtime_error);
  EXPECT_THAT(plugin.violations(), IsEmpty());  // stop() has dropped the reply, which answers it
}

}  // namespace
}  // namespace collet::testing
