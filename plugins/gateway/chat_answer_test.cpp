#include "chat_answer.hpp"

#include <gmock/gmock.h>

#include "collet/json.hpp"

namespace collet::gateway {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

Completion completion(std::string text) {
  Completion made;
  made.id = "chatcmpl-1";
  made.model = "openhands_p";
  made.text = std::move(text);
  return made;
}

// What the frames say together.
std::string text_of(const std::vector<std::string>& frames) {
  std::string text;
  for (const auto& frame : frames) {
    const auto event = json::parse(std::string_view(frame).substr(6, frame.size() - 8));
    const auto* choices = event ? json::find(*event, "choices") : nullptr;
    if (choices != nullptr && !choices->Empty())
      text += json::string_or(*json::find(*choices->Begin(), "delta"), "content");
  }
  return text;
}

TEST(ChatAnswer, AStream_HasAFrameForEachThing) {
  const std::string end = R"(],"created":0,"model":"openhands_p","object":"chat.completion.chunk")";
  EXPECT_EQ(
      first_frame(completion("")),
      R"(data: {"id":"chatcmpl-1","choices":[{"delta":{"role":"assistant"},"index":0})" + end + "}\n\n");
  auto answered = completion("Done.");
  answered.prompt_tokens = 2;
  answered.completion_tokens = 1;
  EXPECT_THAT(text_frames(answered, "Done."),
              ElementsAre(HasSubstr(R"("choices":[{"delta":{"content":"Done."},"index":0}])")));
  const auto frames = last_frames(answered, true);
  ASSERT_EQ(frames.size(), 3U);
  EXPECT_THAT(frames[0], HasSubstr(R"("choices":[{"delta":{},"finish_reason":"stop","index":0}])"));
  EXPECT_THAT(frames[1], HasSubstr("[" + end + R"(,"usage":{"completion_tokens":1,"prompt_tokens":2,)" +
                                   R"("total_tokens":3}})"));
  EXPECT_EQ(frames[2], "data: [DONE]\n\n");
  EXPECT_EQ(last_frames(answered, false).size(), 2U);
  EXPECT_EQ(text_frames(answered, "").size(), 1U);
}

TEST(ChatAnswer, ALongText_IsCutBetweenCharacters) {
  std::string text = "x";
  while (text.size() < 100'000) text += "\u00e4\u20ac";
  const auto frames = text_frames(completion(""), text);
  EXPECT_EQ(frames.size(), 4U);
  EXPECT_EQ(text_of(frames), text);
}

TEST(ChatAnswer, AnError_IsOneOfOpenAis) {
  EXPECT_EQ(error_frame(500, "no \"key\""),
            R"(data: {"error":{"message":"no \"key\"","type":"server_error","param":null,"code":"500"}})"
            "\n\n");
  EXPECT_THAT(error_frame(409, ""), HasSubstr("invalid_request_error"));
}

}  // namespace
}  // namespace collet::gateway
