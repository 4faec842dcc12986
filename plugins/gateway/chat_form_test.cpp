#include "chat_form.hpp"

#include <gmock/gmock.h>

#include <functional>

namespace collet::gateway {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

ChatRequest chat(const std::string& body, Pairs headers = {}) {
  return read_chat({"POST", "/v1/chat/completions", body, {}, std::move(headers), {}});
}
ChatRequest with_messages(const std::string& messages) {
  return chat(R"({"model":"openhands_p","messages":)" + messages + "}");
}
std::string refusal(const std::function<void()>& act) {
  try {
    act();
    return {};
  } catch (const Refusal& refused) {
    return std::to_string(refused.response().status) + " " + refused.response().body;
  }
}

TEST(ChatForm, WhatIsAsked_IsRead) {
  const auto asked = chat(
      R"({"model":"openhands_p","stream":true,"stream_options":{"include_usage":true},"temperature":1,)"
      R"("messages":[{"role":"system","content":"Be brief."},{"role":"user","content":"old"},)"
      R"({"role":"developer","content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]},)"
      R"({"role":"user","content":[{"type":"text","text":"look"},{"type":"image_url","image_url":{"url":"u"}},)"
      R"({"type":"image_url","image_url":"v"}]},{"role":"assistant","content":null}]})",
      {{"x-openhands-serverconversation-id", "0123456789ABCDEF0123456789abcdef"}});
  EXPECT_TRUE(asked.stream);
  EXPECT_TRUE(asked.include_usage);
  EXPECT_EQ(asked.conversation, "01234567-89ab-cdef-0123-456789abcdef");
  EXPECT_EQ(profile_of(asked.model), "p");
  EXPECT_EQ(system_text(asked), "Be brief.\n\na\nb");
  EXPECT_EQ(last_user_message(asked), R"([{"type":"text","text":"look"},{"type":"image","image_urls":["u"]},)"
                                      R"({"type":"image","image_urls":["v"]}])");
}

TEST(ChatForm, Models_HaveThePrefix) {
  for (const auto* none : {"", "openhands_", "gpt-4o", "p"})
    EXPECT_EQ(profile_of(none), std::nullopt) << none;
}

TEST(ChatForm, Mistakes_SayWhere) {
  EXPECT_THAT(refusal([] { chat("{}"); }), AllOf(HasSubstr(R"("missing","loc":["body","model"])"),
                                                 HasSubstr(R"("missing","loc":["body","messages"])")));
  EXPECT_THAT(refusal([] { with_messages("5"); }), HasSubstr("list_type"));
  EXPECT_THAT(refusal([] { with_messages("[5]"); }), HasSubstr(R"(["body","messages",0])"));
  EXPECT_THAT(refusal([] { with_messages(R"([{"role":"zzz"}])"); }),
              HasSubstr(R"("literal_error","loc":["body","messages",0,"role"])"));
  EXPECT_THAT(refusal([] { with_messages(R"([{"role":"user","content":5}])"); }),
              HasSubstr(R"(["body","messages",0,"content"])"));
  EXPECT_THAT(refusal([] { with_messages(R"([{"role":"user","content":[{}]}])"); }),
              HasSubstr(R"(["body","messages",0,"content",0,"type"])"));
  EXPECT_THAT(refusal([] { chat(R"({"model":"m","messages":[],"stream":1,"stream_options":5})"); }),
              AllOf(HasSubstr(R"(["body","stream"])"), HasSubstr(R"(["body","stream_options"])")));
  EXPECT_THAT(refusal([] {
                chat(R"({"model":"m","messages":[]})", {{"x-openhands-serverconversation-id", "zzz"}});
              }),
              HasSubstr("Input should be a valid UUID, invalid character: found `z` at 0"));
  EXPECT_THAT(refusal([] { last_user_message(with_messages(R"([{"role":"system","content":"x"}])")); }),
              HasSubstr("400"));
  EXPECT_THAT(
      refusal([] { last_user_message(with_messages(R"([{"role":"user","content":[{"type":"audio"}]}])")); }),
      HasSubstr("Unsupported content part type: audio"));
  EXPECT_THAT(refusal([] {
                last_user_message(with_messages(R"([{"role":"user","content":[{"type":"image_url"}]}])"));
              }),
              HasSubstr("missing a url"));
}

}  // namespace
}  // namespace collet::gateway
