#include "conversation/state.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace collet::conversation {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::string_view kHooks =
    R"({"pre_tool_use":[{"hooks":[{"command":"c","env":{"K":"canary-1"}}]}]})";
constexpr std::string_view kTools = R"([{"name":"x","headers":{"Authorization":"canary-2"}}])";
constexpr std::string_view kPolicy = R"({"kind":"NeverConfirm","api_key":"canary-3"})";
constexpr std::string_view kAnalyzer = R"({"kind":"LLMSecurityAnalyzer","llm":{"api_key":"canary-4"}})";
constexpr std::string_view kAgent =
    R"({"mcp_config":{"x":{"url":"https://u:canary-5@h","auth":"canary-6","Env":{"K":"canary-7"}}}})";

class StateTest : public ::testing::Test {
 protected:
  State state() const {
    conversation::Setup setup;
    setup.id = "01234567-89ab-4cde-8f01-23456789abcd";
    setup.agent = kAgent;
    setup.workspace = R"({"working_dir":"/w","kind":"LocalWorkspace"})";
    setup.hook_config = kHooks;
    setup.client_tools = kTools;
    State made;
    made.setup = make_setup(std::move(setup), box);
    made.confirmation_policy = kPolicy;
    made.security_analyzer = kAnalyzer;
    return made;
  }
  static void expect_whole(const State& state) {
    EXPECT_EQ(state.setup->agent, kAgent);
    EXPECT_EQ(state.setup->hook_config, kHooks);
    EXPECT_EQ(state.setup->client_tools, kTools);
    EXPECT_EQ(state.confirmation_policy, kPolicy);
    EXPECT_EQ(state.security_analyzer, kAnalyzer);
  }
  const secrets::SealedBox box{secrets::KeyRing::open("/nowhere", "a secret").value()};
};

TEST_F(StateTest, NoSecretOfAnyDocumentIsShown) {
  for (const auto& text : {document(state(), {}), full_state(state(), {})}) {
    EXPECT_THAT(text, Not(HasSubstr("canary")));
    EXPECT_THAT(text, HasSubstr("LLMSecurityAnalyzer"));
  }
  EXPECT_THAT(document(state(), {}), HasSubstr(R"("headers":{"Authorization":"**********"})"));
  EXPECT_THAT(document(state(), {}), HasSubstr(R"("command":"c","env":{"K":"**********"})"));
}

TEST_F(StateTest, AllSecretsAreSealedInTheRowAndComeBack) {
  const auto row = to_row(state(), {});
  EXPECT_THAT(row.body, Not(HasSubstr("canary")));
  const auto loaded = from_row(row, box);
  ASSERT_TRUE(loaded) << loaded.error().message;
  expect_whole(loaded->state);
}

TEST_F(StateTest, RowsFromBeforeTheyWereSealedStillLoad) {
  auto row = to_row(state(), {});
  auto body = json::parse(row.body);
  auto& allocator = body->GetAllocator();
  const auto put = [&](std::string_view name, std::string_view text) {
    json::set(*body, name, json::copy(*json::parse(text), allocator), allocator);
  };
  put("hook_config", kHooks);
  put("client_tools", kTools);
  put("confirmation_policy", kPolicy);
  put("security_analyzer", kAnalyzer);
  put("setup", R"({"agent":)" + std::string(kAgent) + R"(,"secret_sources":{}})");
  row.body = json::dump(*body);
  const auto loaded = from_row(row, box);
  ASSERT_TRUE(loaded) << loaded.error().message;
  expect_whole(loaded->state);
  EXPECT_THAT(to_row(loaded->state, {}).body, Not(HasSubstr("canary")));
}

TEST(MergeSources, StarsLeaveWhatIsThereAndAreElseNoValue) {
  EXPECT_EQ(
      merge_sources(R"({"A":{"value":"a","kind":"StaticSecret"}})",
                    R"({"A":{"value":"**********","kind":"StaticSecret"},)"
                    R"("B":{"value":"**********","kind":"StaticSecret"},)"
                    R"("C":{"value":"  ","kind":"StaticSecret"},"D":{"value":"d","kind":"StaticSecret"}})"),
      R"({"A":{"value":"a","kind":"StaticSecret"},"B":{"value":null,"kind":"StaticSecret"},)"
      R"("C":{"value":null,"kind":"StaticSecret"},"D":{"value":"d","kind":"StaticSecret"}})");
}

}  // namespace
}  // namespace collet::conversation
