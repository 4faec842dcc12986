// The fake host with plugins that break the contract.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "collet/testing/detail/json_check.hpp"
#include "collet/testing/fake_host.hpp"
#include "collet/testing/plugin_under_test.hpp"

namespace collet::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// ---- a plugin in C that does with its calls what their arguments say
struct Rogue {
  collet_tool_reply kept{};
};

const collet_tools kRogueTools{
    sizeof(collet_tools),
    [](collet_plugin*, void* context, void (*add)(void*, const collet_tool_info*)) {
      collet_tool_info info{};
      info.struct_size = sizeof info;
      info.name = collet::detail::to_str("rogue");
      info.parameters = collet::detail::to_str("{}");
      add(context, &info);
    },
    [](collet_plugin*, std::uint32_t, const collet_tool_call* call, collet_tool_reply reply) {
      const auto how = collet::detail::to_view(call->action);
      const auto finish = [&](std::string_view text) {
        reply.finish(reply.context, reply.handle, COLLET_OK, collet::detail::to_str(text));
      };
      if (how == "never") return;
      if (how == "odd words")
        return reply.finish(reply.context, reply.handle, COLLET_INTERNAL, collet::detail::to_str("t\xff!"));
      finish(how == "broken" ? R"({"content":[}")" : "{}");
      if (how == "twice") finish("{}");
      if (how == "late") reply.progress(reply.context, reply.handle, collet::detail::to_str("more"));
    },
    [](collet_plugin*, std::uint32_t, collet_str, collet_str) {},
    [](collet_plugin*, std::uint32_t, collet_str) {}};

const collet_entry kRogue{
    COLLET_ENTRY_MAGIC,
    sizeof(collet_entry),
    COLLET_ABI_MAJOR,
    COLLET_ABI_MINOR,
    "org.example.rogue",
    "1",
    "",
    "",
    "",
    [](const collet_host*, collet_str, collet_sink, collet_plugin** plugin) -> collet_status {
      *plugin = reinterpret_cast<collet_plugin*>(new Rogue);
      return COLLET_OK;
    },
    [](collet_plugin* plugin) { delete reinterpret_cast<Rogue*>(plugin); },
    [](collet_plugin*, const char* name) -> const void* {
      return std::string_view(name) == COLLET_FEATURE_TOOLS ? &kRogueTools : nullptr;
    },
    [](collet_plugin*, collet_sink) -> collet_status { return COLLET_OK; },
    [](collet_plugin*) {}};

std::vector<std::string> violations_of(const std::string& how) {
  FakeHost host;
  PluginUnderTest plugin(host, kRogue);
  plugin.deadline = std::chrono::milliseconds(how == "never" ? 50 : 10'000);
  plugin.start();
  const auto call = plugin.start_tool("rogue", how);
  if (how != "never") call.result();
  return plugin.violations();
}

TEST(FakeHostContract, EachCallIsEndedExactlyOnce) {
  EXPECT_THAT(violations_of("once"), IsEmpty());
  EXPECT_THAT(violations_of("twice"), ElementsAre("tool rogue was ended twice"));
  EXPECT_THAT(violations_of("late"), ElementsAre("tool rogue went on after its end"));
  EXPECT_THAT(violations_of("never"), ElementsAre("tool rogue was never ended"));
}

TEST(FakeHostContract, WordsOfAFailureAreUtf8) {
  EXPECT_THAT(violations_of("odd words"), ElementsAre("a tool failed with words that are no UTF-8"));
}

TEST(FakeHostContract, BrokenObservationIsTheCallsFailure) {
  FakeHost host;
  PluginUnderTest plugin(host, kRogue);
  plugin.start();
  EXPECT_EQ(plugin.call_tool("rogue", "broken").error, "The tool's observation is no JSON object.");
}

TEST(FakeHostContractDeathTest, UnreadViolationsEndTheTest) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_DEATH(
      {
        FakeHost host;
        PluginUnderTest plugin(host, kRogue);
        plugin.start();
        plugin.call_tool("rogue", "twice");
      },
      "org.example.rogue breaks the plugin contract: tool rogue was ended twice");
}

TEST(FakeHostContract, WrongInputIsRefusedAsByTheServer) {
  FakeHost fake;
  const collet_host* host = &fake.table();
  const auto& sessions = *static_cast<const collet_sessions*>(host->feature(host, COLLET_FEATURE_SESSIONS));
  const auto session = fake.sessions().open();
  for (const int code : {999, 1004, 1005, 1006, 1015, 2999, 5000})
    EXPECT_EQ(sessions.close(host, session, code, {}), COLLET_INVALID) << code;
  EXPECT_EQ(sessions.close(host, session, 1000, collet::detail::to_str("\xff")), COLLET_INVALID);
  for (const char* text : {"\xff", "\xc3", "\xc0\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80"}) {
    EXPECT_EQ(sessions.send(host, session, 0, collet::detail::to_str(text)), COLLET_INVALID);
    EXPECT_EQ(sessions.send(host, session, 1, collet::detail::to_str(text)), COLLET_OK);
  }
  EXPECT_EQ(sessions.send(host, session, 0, collet::detail::to_str("K\u00f6ln \U0001F600")), COLLET_OK);
  const auto& store = *static_cast<const collet_store*>(host->feature(host, COLLET_FEATURE_STORE));
  std::int64_t erased = 0;
  EXPECT_EQ(store.log_erase_all(host, 77, &erased, {}), COLLET_INVALID);
}

TEST(JsonCheck, TellsObjectsFromOtherTexts) {
  for (const char* good : {"{}", R"( {"a":[1,-2.5e+3,true,null,"\u00e9\n"],"b":{"c":[]}} )"})
    EXPECT_TRUE(detail::is_json_object(good)) << good;
  for (const char* bad : {"", "[]", "{", "{}x", R"({"a"})", R"({"a":1,})", R"({"a":01})", R"({"a":tru})",
                          R"({"a":"\x"})", "{\"a\":\"\n\"}", R"({a:1})", R"({"a":.5})"})
    EXPECT_FALSE(detail::is_json_object(bad)) << bad;
}

}  // namespace
}  // namespace collet::testing
