#include "events/null_fields.hpp"

#include <gtest/gtest.h>

namespace collet::events {
namespace {

TEST(NullFields_Message, GetsNullsInPlaceAlsoInside) {
  EXPECT_EQ(
      with_null_fields(
          "MessageEvent",
          R"({"id":"i","timestamp":"t","source":"user","parent_id":"p","llm_message":{"role":"user","content":[)"
          R"({"cache_prompt":false,"type":"text","text":"Say hello"}],"thinking_blocks":[]},"activated_skills":[],)"
          R"("extended_content":[],"kind":"MessageEvent"})"),
      R"({"id":"i","timestamp":"t","source":"user","parent_id":"p","llm_message":{"role":"user","content":[)"
      R"({"cache_prompt":false,"type":"text","text":"Say hello"}],"tool_calls":null,"tool_call_id":null,"name":null,)"
      R"("reasoning_content":null,"thinking_blocks":[],"responses_reasoning_item":null},"llm_response_id":null,)"
      R"("activated_skills":[],"extended_content":[],"sender":null,"critic_result":null,"kind":"MessageEvent"})");
}

TEST(NullFields_Action, GetsThoseOfItsActionAndCall) {
  EXPECT_EQ(
      with_null_fields(
          "ActionEvent",
          R"({"id":"i","timestamp":"t","source":"agent","thought":[],"thinking_blocks":[{"type":"thinking",)"
          R"("thinking":"x"},{"type":"redacted_thinking","data":"y"}],"action":{"command":"ls","is_input":false,)"
          R"("reset":false,"kind":"TerminalAction"},"tool_name":"terminal","tool_call_id":"c","tool_call":{"id":"c",)"
          R"("name":"terminal","arguments":"{}","origin":"completion"},"llm_response_id":"r","security_risk":"LOW",)"
          R"("summary":"s","kind":"ActionEvent"})"),
      R"({"id":"i","timestamp":"t","source":"agent","parent_id":null,"thought":[],"reasoning_content":null,)"
      R"("thinking_blocks":[{"type":"thinking","thinking":"x","signature":null},{"type":"redacted_thinking",)"
      R"("data":"y"}],"responses_reasoning_item":null,"action":{"command":"ls","is_input":false,"timeout":null,)"
      R"("reset":false,"kind":"TerminalAction"},"tool_name":"terminal","tool_call_id":"c","tool_call":{"id":"c",)"
      R"("responses_item_id":null,"name":"terminal","arguments":"{}","origin":"completion"},"llm_response_id":"r",)"
      R"("security_risk":"LOW","critic_result":null,"summary":"s","kind":"ActionEvent"})");
}

TEST(NullFields_Action, WithoutAnActionShowsNull) {
  const auto text = with_null_fields("ActionEvent", R"({"id":"i","kind":"ActionEvent"})");
  EXPECT_NE(text.find(R"("action":null)"), std::string::npos);
}

TEST(NullFields_SystemPrompt, GetsThoseOfItsTools) {
  EXPECT_EQ(
      with_null_fields(
          "SystemPromptEvent",
          R"({"id":"i","timestamp":"t","source":"agent","system_prompt":{"type":"text","text":"x"},"tools":[)"
          R"({"description":"d","action_type":"A","annotations":{"readOnlyHint":true},"kind":"ThinkTool",)"
          R"("title":"think"}],"kind":"SystemPromptEvent"})"),
      R"({"id":"i","timestamp":"t","source":"agent","parent_id":null,"system_prompt":{"type":"text","text":"x"},)"
      R"("tools":[{"description":"d","action_type":"A","observation_type":null,"annotations":{"title":null,)"
      R"("readOnlyHint":true},"meta":null,"kind":"ThinkTool","title":"think"}],"dynamic_context":null,)"
      R"("kind":"SystemPromptEvent"})");
}

TEST(NullFields_StateUpdate, ValueIsLeftAlone) {
  constexpr std::string_view kBody =
      R"({"id":"i","timestamp":"t","source":"environment","parent_id":"p","key":"stats",)"
      R"("value":{"kind":"MessageEvent","a":{"max":null}},"kind":"ConversationStateUpdateEvent"})";
  EXPECT_EQ(with_null_fields("ConversationStateUpdateEvent", kBody), kBody);
}

TEST(NullFields_UnknownKind, StaysAsItIs) {
  constexpr std::string_view kBody = R"({"id":"i", "kind":"Zzz"})";
  EXPECT_EQ(with_null_fields("Zzz", kBody), kBody);
}

TEST(NullFields_UnknownMember, StaysInItsPlace) {
  EXPECT_EQ(with_null_fields("PauseEvent",
                             R"({"id":"i","x":[1],"timestamp":"t","source":"user","kind":"PauseEvent"})"),
            R"({"id":"i","x":[1],"timestamp":"t","source":"user","parent_id":null,"kind":"PauseEvent"})");
}

}  // namespace
}  // namespace collet::events
