#include "chat_progress.hpp"

#include <gtest/gtest.h>

namespace collet::gateway {
namespace {

std::string status(const std::string& value) {
  return R"({"kind":"ConversationStateUpdateEvent","key":"execution_status","value":")" + value + "\"}";
}
std::string message(const std::string& source, const std::string& text) {
  return R"({"kind":"MessageEvent","source":")" + source +
         R"(","llm_message":{"content":[{"type":"text","text":")" + text + "\"}]}}";
}

TEST(ChatProgress, ARun_EndsWithAStatusBehindTheQuestion) {
  ChatProgress progress;
  EXPECT_EQ(progress.take(status("idle")), std::nullopt);
  EXPECT_EQ(progress.take(status("finished")), std::nullopt);  // of an earlier run
  EXPECT_EQ(progress.take(message("user", "hi")), std::nullopt);
  EXPECT_EQ(progress.take(status("idle")), std::nullopt);
  EXPECT_EQ(progress.take(status("running")), std::nullopt);
  EXPECT_EQ(progress.times(), 0);
  EXPECT_EQ(progress.take(message("agent", "half")), std::nullopt);
  EXPECT_EQ(progress.take(R"({"kind":"ActionEvent","source":"agent","tool_name":"finish",)"
                          R"("action":{"message":"Done."}})"),
            std::nullopt);
  EXPECT_EQ(progress.take("no JSON"), std::nullopt);
  EXPECT_EQ(progress.take(status("finished")), "finished");
  EXPECT_EQ(progress.text(), "Done.");
  EXPECT_EQ(progress.times(), 2);
}

TEST(ChatProgress, AFailure_IsKept) {
  ChatProgress progress;
  progress.take(message("user", "hi"));
  progress.take(R"({"kind":"ConversationErrorEvent","code":"LLMError","detail":"no key"})");
  EXPECT_EQ(progress.take(status("error")), "error");
  EXPECT_EQ(progress.failure(), "LLMError: no key");
}

}  // namespace
}  // namespace collet::gateway
