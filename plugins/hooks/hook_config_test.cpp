#include "hook_config.hpp"

#include <gmock/gmock.h>

namespace collet::hooks {
namespace {

using ::testing::HasSubstr;

std::string refusal(std::string_view text) {
  try {
    normalised(text);
    return {};
  } catch (const HookError& error) {
    return error.what();
  }
}

constexpr const char* kOne =
    R"({"pre_tool_use":[{"matcher":"*","hooks":[{"type":"command","name":null,"command":"true","prompt":null,)"
    R"("system_prompt":null,"tools":[],"timeout":60,"max_iterations":3,"async":false}]}],"post_tool_use":[],)"
    R"("user_prompt_submit":[],"session_start":[],"session_end":[],"stop":[]})";

TEST(HookConfig, AllWaysToWriteIt_ComeToTheSame) {
  for (const auto* text :
       {R"({"pre_tool_use":[{"hooks":[{"command":"true"}]}]})",
        R"({"PreToolUse":[{"matcher":"*","hooks":[{"type":"command","command":"true"}]}]})",
        R"({"hooks":{"PreToolUse":[{"hooks":[{"command":"true","timeout":60.0,"x":1}]}]}})",
        R"({"hooks":{"PreToolUse":[{"hooks":[{"command":"true"}]}]},"more":5})"})
    EXPECT_EQ(normalised(text), kOne) << text;
}

TEST(HookConfig, AllMembers_AreKept) {
  const auto hooks = normalised(
      R"({"Stop":[{"matcher":"a|b","hooks":[{"type":"agent","name":"n","system_prompt":"s","tools":["t"],)"
      R"("timeout":5,"max_iterations":7}]}],"session_end":[{}]})");
  EXPECT_THAT(*hooks, HasSubstr(R"("matcher":"a|b","hooks":[{"type":"agent","name":"n","command":"",)"
                                R"("prompt":null,"system_prompt":"s","tools":["t"],"timeout":5,)"
                                R"("max_iterations":7,"async":false}])"));
  EXPECT_THAT(*hooks, HasSubstr(R"("session_end":[{"matcher":"*","hooks":[]}])"));
}

TEST(HookConfig, OneWithoutHooks_IsNone) {
  for (const auto* text : {"{}", R"({"hooks":{}})", R"({"Stop":[]})"})
    EXPECT_EQ(normalised(text), std::nullopt);
}

TEST(HookConfig, Mistakes_SayWhere) {
  EXPECT_THAT(refusal("{\"Stop\": ["), HasSubstr("not valid JSON at byte 10"));
  EXPECT_THAT(refusal("[]"), HasSubstr("JSON object"));
  EXPECT_THAT(refusal(R"({"hooks":[]})"), HasSubstr("JSON object"));
  EXPECT_THAT(refusal(R"({"PreTool":[]})"), HasSubstr("PreTool: there is no such event"));
  EXPECT_THAT(refusal(R"({"Stop":[],"stop":[]})"), HasSubstr("stop: is there twice"));
  EXPECT_THAT(refusal(R"({"Stop":{}})"), HasSubstr("Stop: must be a list"));
  EXPECT_THAT(refusal(R"({"Stop":[5]})"), HasSubstr("stop[0]: must be an object"));
  EXPECT_THAT(refusal(R"({"Stop":[{"matcher":5}]})"), HasSubstr("stop[0].matcher: must be a text"));
  EXPECT_THAT(refusal(R"({"Stop":[{"hooks":{}}]})"), HasSubstr("stop[0].hooks: must be a list"));
  const auto of_hook = [](const std::string& hook) {
    return refusal("{\"Stop\":[{\"hooks\":[" + hook + "]}]}");
  };
  EXPECT_THAT(of_hook("1"), HasSubstr("stop[0].hooks[0]: must be an object"));
  EXPECT_THAT(of_hook("{}"), HasSubstr("hooks[0].command: is missing"));
  EXPECT_THAT(of_hook(R"({"type":"zzz","command":"x"})"), HasSubstr("hooks[0].type: must be"));
  EXPECT_THAT(of_hook(R"({"type":"prompt"})"), HasSubstr("hooks[0].prompt: is missing"));
  EXPECT_THAT(of_hook(R"({"type":"agent","command":"x"})"), HasSubstr("hooks[0].command: must not"));
  EXPECT_THAT(of_hook(R"({"type":"agent","async_":true})"), HasSubstr("hooks[0].async: is not possible"));
  EXPECT_THAT(of_hook(R"({"command":"x","timeout":1.5})"), HasSubstr("timeout: must be a whole number"));
  EXPECT_THAT(of_hook(R"({"command":"x","timeout":1e300})"), HasSubstr("timeout: must be a whole number"));
  EXPECT_THAT(of_hook(R"({"command":"x","tools":[1]})"), HasSubstr("tools: must be a list of texts"));
}

}  // namespace
}  // namespace collet::hooks
