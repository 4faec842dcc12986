#include "agent/view.hpp"

#include <gtest/gtest.h>

#include "agent/drafts.hpp"
#include "base/id.hpp"

namespace collet::agent {
namespace {

class ViewTest : public ::testing::Test {
 protected:
  void apply(const Draft& draft) {
    events::Event event;
    event.kind = draft.kind;
    event.body =
        std::make_shared<const std::string>("{\"id\":\"" + draft.id + "\",\"timestamp\":\"t\"," + draft.tail);
    view.apply(event);
  }
  void user(std::string_view text) { apply(message(link(), "user", "user", text_content(text), "", "", "")); }
  void call(std::string_view id, std::string_view response, std::string_view thought = "") {
    Action a;
    a.thought = thought;
    a.action = R"({"kind":"ThinkAction"})";
    a.call = {std::string(id), "think", "{}"};
    a.llm_response_id = response;
    apply(action(link(), a));
  }
  void answer(std::string_view id, std::string_view text) {
    apply(observation(link(), "think", id,
                      "{\"content\":" + text_content(text) + ",\"kind\":\"ThinkObservation\"}", "a"));
  }
  void image_answer(std::string_view id) {
    apply(observation(link(), "think", id,
                      R"({"content":[{"type":"text","text":"seen"},{"type":"image","image_urls":)"
                      R"(["data:image/png;base64,AA=="]}],"kind":"ThinkObservation"})",
                      "a"));
  }
  // "role:text" of each message, tool calls as their ids.
  std::string outline() const {
    const auto messages = json::parse(view.messages());
    std::string text;
    for (const auto& m : messages->GetArray()) {
      text += json::string_or(m, "role") + ":";
      if (const json::Value* content = json::find(m, "content"); content != nullptr && content->IsArray())
        for (const auto& part : content->GetArray()) text += json::string_or(part, "text", "(image)") + "|";
      else if (content != nullptr)
        text += json::view(*content);
      if (const json::Value* calls = json::find(m, "tool_calls"))
        for (const auto& c : calls->GetArray()) text += "<" + json::string_or(c, "id") + ">";
      if (const auto id = json::string_at(m, "tool_call_id")) text += "=" + std::string(*id);
      text += " ";
    }
    return text;
  }
  static Link link() { return {new_uuid(), ""}; }
  View view;
};

TEST_F(ViewTest, ImagesOfResults_ComeAsAUsersBehindAllResults) {
  user("go");
  call("c1", "r1");
  call("c2", "r1");
  image_answer("c1");
  user("meanwhile");
  answer("c2", "two");
  EXPECT_EQ(outline(),
            "user:go| assistant:<c1><c2> tool:seen|=c1 tool:two|=c2 user:From the result of "
            "think:|(image)|meanwhile| ");
  EXPECT_NE(view.messages().find(R"("image_url":{"url":"data:image/png;base64,AA=="})"), std::string::npos);
  EXPECT_TRUE(view.awaits_model());
}

TEST_F(ViewTest, ModelWithoutImages_IsToldThatOneIsMissing) {
  view = View(30'000, false);
  call("c1", "r1");
  image_answer("c1");
  EXPECT_EQ(view.messages().find("base64"), std::string::npos);
  EXPECT_NE(view.messages().find("An image is left out"), std::string::npos);
}

TEST_F(ViewTest, NeighbouringUserMessages_AreOne) {
  apply(system_prompt(link(), "S", "[]"));
  user("a");
  user("b");
  EXPECT_EQ(outline(), "system:S| user:a|b| ");
  EXPECT_TRUE(view.awaits_model());
}

TEST_F(ViewTest, CallsOfOneResponse_AreOneMessage) {
  user("go");
  call("c1", "r1", "thinking");
  call("c2", "r1");
  answer("c1", "one");
  answer("c2", "two");
  call("c3", "r2");
  answer("c3", "three");
  EXPECT_EQ(outline(),
            "user:go| assistant:thinking|<c1><c2> tool:one|=c1 tool:two|=c2 assistant:<c3> tool:three|=c3 ");
}

TEST_F(ViewTest, MessageBetweenCallAndAnswer_ComesAfterTheAnswer) {
  user("go");
  call("c1", "r1");
  user("meanwhile");
  answer("c1", "one");
  EXPECT_EQ(outline(), "user:go| assistant:<c1> tool:one|=c1 user:meanwhile| ");
}

TEST_F(ViewTest, CallWithoutAnswer_GetsOneThatSaysSo) {
  user("go");
  call("c1", "r1");
  EXPECT_EQ(outline(), "user:go| assistant:<c1> tool:(no result was recorded)=c1 ");
  answer("c1", "late");
  EXPECT_EQ(outline(), "user:go| assistant:<c1> tool:late|=c1 ");
}

TEST_F(ViewTest, AnswerWithoutCall_IsLeftOut) {
  user("go");
  answer("nobody", "x");
  EXPECT_EQ(outline(), "user:go| ");
}

TEST_F(ViewTest, TextAnswer_LeavesNothingToDo) {
  user("go");
  apply(message(link(), "agent", "assistant", text_content("done"), "", "r", ""));
  EXPECT_EQ(outline(), "user:go| assistant:done ");
  EXPECT_FALSE(view.awaits_model());
}

TEST_F(ViewTest, LongText_IsCutInTheMiddleAtCharacters) {
  View small(20);
  events::Event event;
  event.kind = "MessageEvent";
  std::string text;
  for (int i = 0; i < 50; ++i) text += "ä";
  const Draft draft = message(link(), "user", "user", text_content(text), "", "", "");
  event.body = std::make_shared<const std::string>("{\"id\":\"x\",\"timestamp\":\"t\"," + draft.tail);
  small.apply(event);
  const auto messages = json::parse(small.messages());
  ASSERT_TRUE(messages) << "cut inside a character";
  EXPECT_NE(small.messages().find("80 bytes left out"), std::string::npos);
}

TEST_F(ViewTest, CallsOfOneId_AreAnsweredOneByOne) {
  call("c1", "r1");
  call("c1", "r1");
  const auto open = view.open_actions();
  ASSERT_EQ(open.size(), 2U);
  const std::string done = "{\"content\":" + text_content("second") + ",\"kind\":\"ThinkObservation\"}";
  apply(observation(link(), "think", "c1", done, open[1].id));
  ASSERT_EQ(view.open_actions().size(), 1U);
  EXPECT_EQ(view.open_actions().front().id, open[0].id);
  apply(agent_error(link(), "think", "c1", "first"));
  EXPECT_TRUE(view.open_actions().empty());
  EXPECT_EQ(outline(), "assistant:<c1><c1> tool:second|=c1 tool:first|=c1 ");
}

}  // namespace
}  // namespace collet::agent
