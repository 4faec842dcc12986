#include "llm/chat_stream.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace collet::llm {
namespace {

std::string event(const std::string& json) { return "data: " + json + "\n\n"; }
std::string delta(const std::string& json, const std::string& finish = "null") {
  return event(R"({"id":"c-1","choices":[{"index":0,"delta":)" + json + R"(,"finish_reason":)" + finish +
               "}]}");
}
const std::string kDone = "data: [DONE]\n\n";

ChatResult run(const std::string& bytes, bool broken = false) {
  ChatStream stream({});
  stream.feed(bytes);
  return stream.finish(broken);
}

TEST(ChatStream, Deltas_AreAssembledAndPassedOn) {
  std::string text, reasoning;
  ChatStream stream([&](std::string_view t, std::string_view r) { text += t, reasoning += r; });
  EXPECT_TRUE(
      stream.feed(delta(R"({"role":"assistant","content":""})") + delta(R"({"reasoning_content":"Hm"})") +
                  delta(R"({"content":"He"})") + delta(R"({"content":"llo"})") + delta("{}", R"("stop")") +
                  event(R"({"choices":[],"usage":{"prompt_tokens":3,"completion_tokens":2}})") + kDone));
  const auto result = stream.finish(false);
  ASSERT_TRUE(result.response);
  EXPECT_EQ(result.response->id, "c-1");
  EXPECT_EQ(result.response->text, "Hello");
  EXPECT_EQ(result.response->reasoning, "Hm");
  EXPECT_EQ(result.response->usage.prompt_tokens, 3);
  EXPECT_EQ(text, "Hello");
  EXPECT_EQ(reasoning, "Hm");
}

TEST(ChatStream, ToolCalls_AreJoined_ByTheirIndex) {
  const auto result =
      run(delta(R"({"tool_calls":[{"index":1,"id":"t1","function":{"name":"b","arguments":""}}]})") +
          delta(R"({"tool_calls":[{"index":0,"id":"t0","function":{"name":"a"}}]})") +
          delta(R"({"tool_calls":[{"index":1,"function":{"arguments":"{\"x\""}}]})") +
          delta(R"({"tool_calls":[{"index":1,"function":{"name":"b","arguments":":1}"}}]})") +
          delta("{}", R"("tool_calls")") + kDone);
  ASSERT_TRUE(result.response);
  ASSERT_EQ(result.response->tool_calls.size(), 2u);
  EXPECT_EQ(result.response->tool_calls[0].name, "a");
  EXPECT_EQ(result.response->tool_calls[0].arguments, "{}");
  EXPECT_EQ(result.response->tool_calls[1].id, "t1");
  EXPECT_EQ(result.response->tool_calls[1].name, "b");
  EXPECT_EQ(result.response->tool_calls[1].arguments, R"({"x":1})");
}

TEST(ChatStream, ToolCallsWithoutIndex_AreJoined_ByTheirId) {
  const auto result = run(delta(R"({"tool_calls":[{"id":"t0","function":{"name":"a","arguments":"{"}}]})") +
                          delta(R"({"tool_calls":[{"function":{"arguments":"}"}}]})") +
                          delta(R"({"tool_calls":[{"id":"t1","function":{"name":"b","arguments":"{}"}}]})") +
                          delta("{}", R"("tool_calls")") + kDone);
  ASSERT_TRUE(result.response);
  ASSERT_EQ(result.response->tool_calls.size(), 2u);
  EXPECT_EQ(result.response->tool_calls[0].arguments, "{}");
  EXPECT_EQ(result.response->tool_calls[1].name, "b");
}

TEST(ChatStream, EndMark_CountsEvenIfTheConnectionBreaks_Afterwards) {
  const auto text = delta(R"({"content":"a"})", R"("stop")");
  EXPECT_TRUE(run(text + kDone, true).response);
  EXPECT_TRUE(run(text, false).response) << "some endpoints send no end mark";
  EXPECT_FALSE(run(text, true).response) << "the usage may be missing";
}

TEST(ChatStream, CutOrMalformed_IsAFailure_NeverHalfAnAnswer) {
  const std::string begin = delta(R"({"content":"a"})");
  const std::string bad[] = {
      "",
      begin,
      begin + R"(data: {"id": "x", "cho)",
      begin + event("{") + kDone,
      begin + event("[]") + kDone,
      event(R"({"choices":{}})") + kDone,
      event(R"({"choices":[7]})") + kDone,
      delta("7") + kDone,
      delta(R"({"content":7})") + kDone,
      delta(R"({"tool_calls":{}})") + kDone,
      delta(R"({"tool_calls":[7]})") + kDone,
      delta(R"({"tool_calls":[{"index":0,"function":{"arguments":"{}"}}]})", R"("stop")") + kDone};
  for (const auto& text : bad) {
    const auto result = run(text);
    ASSERT_FALSE(result.response) << text;
    EXPECT_EQ(result.failure.failure.code, "LLMServiceUnavailableError") << text;
    EXPECT_TRUE(result.failure.retry);
  }
}

TEST(ChatStream, ErrorEvent_Decides_ByItsCode) {
  const auto result = run(event(R"({"error":{"code":400,"message":"context_length_exceeded"}})"));
  EXPECT_EQ(result.failure.failure.code, "LLMContextWindowExceedError");
}

TEST(ChatStream, TooManyToolCalls_AreRefused) {
  ChatStream stream({});
  bool ok = true;
  for (int i = 0; i < 300 && ok; ++i)
    ok = stream.feed(
        delta(R"({"tool_calls":[{"index":)" + std::to_string(i) + R"(,"function":{"name":"a"}}]})"));
  EXPECT_FALSE(ok);
}

// Whole events with members missing, doubled and mistyped: any answer is fine, a crash is not.
TEST(ChatStream, RandomEvents_NeverHarm) {
  const std::vector<std::string> values = {
      "null",
      "7",
      "-1",
      "\"x\"",
      "[]",
      "{}",
      "[{}]",
      "[null]",
      "1e99",
      "true",
      R"([{"index":0,"id":"a","function":{"name":"f","arguments":"{"}}])",
      R"([{"index":-9,"function":{}}])"};
  const std::vector<std::string> keys = {"content", "tool_calls", "reasoning_content", "refusal", "role"};
  std::mt19937 random(3);
  const auto pick = [&](const auto& list) { return list[random() % list.size()]; };
  for (int round = 0; round < 5'000; ++round) {
    std::string text;
    for (unsigned i = 0; i < random() % 6; ++i)
      text +=
          delta("{\"" + pick(keys) + "\":" + pick(values) + ",\"" + pick(keys) + "\":" + pick(values) + "}",
                pick(values));
    run(text + kDone, random() % 2 == 0);
  }
}

}  // namespace
}  // namespace collet::llm
