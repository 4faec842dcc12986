#include "plugins/event_kinds.hpp"

#include <gtest/gtest.h>

namespace collet::plugins {
namespace {

std::string problem(std::string_view event) {
  const auto read = read_own_event(event);
  return read ? "" : read.error().message;
}

TEST(EventKinds, MembersAreOrderedAndDefaultsFilledIn) {
  const auto hook = read_own_event(
      R"({"exit_code":0,"success":true,"kind":"HookExecutionEvent","hook_command":"lint","reason":null,)"
      R"("hook_event_type":"Stop","hook_input":{"a":{"b":1}}})");
  ASSERT_TRUE(hook.ok()) << hook.error().message;
  EXPECT_EQ(hook->kind, "HookExecutionEvent");
  EXPECT_EQ(hook->source, "hook");
  EXPECT_EQ(hook->members,
            R"({"hook_event_type":"Stop","hook_command":"lint","success":true,"blocked":false,"exit_code":0,)"
            R"("stdout":"","stderr":"","hook_input":{"a":{"b":1}}})");
  const auto call = read_own_event(
      R"({"kind":"ACPToolCallEvent","tool_call_id":"1","title":"Deploy","raw_input":{"to":[1]},"content":[{}]})");
  ASSERT_TRUE(call.ok()) << call.error().message;
  EXPECT_EQ(
      call->members,
      R"({"tool_call_id":"1","title":"Deploy","raw_input":{"to":[1]},"content":[{}],"is_error":false})");
}

TEST(EventKinds, WhatClientsWouldRefuseIsNamed) {
  EXPECT_EQ(problem("x"), "the event is no JSON object");
  EXPECT_NE(problem(R"({"kind":"MessageEvent"})").find("kind must be one of"), std::string::npos);
  EXPECT_EQ(problem(R"({"kind":"ConversationErrorEvent","code":"x"})"),
            "ConversationErrorEvent.detail is missing");
  EXPECT_EQ(problem(R"({"kind":"ConversationErrorEvent","code":5,"detail":""})"),
            "ConversationErrorEvent.code must be of type string");
  EXPECT_NE(problem(R"({"kind":"ConversationErrorEvent","code":"","detail":"","id":"mine"})")
                .find("ConversationErrorEvent.id is no known key"),
            std::string::npos);
}

}  // namespace
}  // namespace collet::plugins
