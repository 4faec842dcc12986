#include "llm/chat_response.hpp"

#include <gtest/gtest.h>

#include <string>

namespace collet::llm {
namespace {

ChatResult message(const std::string& text) {
  return parse_chat_response(R"({"id":"c-1","choices":[{"index":0,"message":)" + text + "}]}");
}

TEST(ChatResponse, WholeAnswer_IsRead) {
  const auto result =
      parse_chat_response(R"({"id":"c-1","choices":[{"message":{"role":"assistant","content":"Hi",
    "reasoning_content":"Hm","tool_calls":[{"id":"t1","type":"function","function":{"name":"think",
    "arguments":"{\"thought\": \"x\"}"}}]},"finish_reason":"tool_calls"}],"usage":{"prompt_tokens":100,
    "completion_tokens":10,"total_tokens":110,"prompt_tokens_details":{"cached_tokens":80,"cache_creation_tokens":5},
    "completion_tokens_details":{"reasoning_tokens":7}}})");
  ASSERT_TRUE(result.response);
  EXPECT_EQ(result.response->id, "c-1");
  EXPECT_EQ(result.response->text, "Hi");
  EXPECT_EQ(result.response->reasoning, "Hm");
  ASSERT_EQ(result.response->tool_calls.size(), 1u);
  EXPECT_EQ(result.response->tool_calls[0].id, "t1");
  EXPECT_EQ(result.response->tool_calls[0].name, "think");
  EXPECT_EQ(result.response->tool_calls[0].arguments, R"({"thought": "x"})");
  const Usage& usage = result.response->usage;
  EXPECT_EQ(usage.prompt_tokens, 100);
  EXPECT_EQ(usage.completion_tokens, 10);
  EXPECT_EQ(usage.cache_read_tokens, 80);
  EXPECT_EQ(usage.cache_write_tokens, 5);
  EXPECT_EQ(usage.reasoning_tokens, 7);
}

TEST(ChatResponse, ContentForms_AreAllText) {
  EXPECT_EQ(message(R"({"content":null})").response->text, "");
  EXPECT_EQ(message(R"({})").response->text, "");
  EXPECT_EQ(message(R"({"content":[{"type":"text","text":"a"},{"type":"x"},{"type":"text","text":"b"}]})")
                .response->text,
            "ab");
  EXPECT_EQ(message(R"({"content":null,"refusal":"No."})").response->text, "No.");
  EXPECT_EQ(message(R"({"content":"a","reasoning":"b"})").response->reasoning, "b");
}

TEST(ChatResponse, ToolCallForms_AreTolerated) {
  const auto result = message(R"({"tool_calls":[{"function":{"name":"a","arguments":{"x":1}}},
                                                {"id":"","function":{"name":"b"}}]})");
  ASSERT_TRUE(result.response);
  EXPECT_EQ(result.response->tool_calls[0].arguments, R"({"x":1})");
  EXPECT_EQ(result.response->tool_calls[1].arguments, "{}");
  EXPECT_TRUE(result.response->tool_calls[0].id.starts_with("call_"));
  EXPECT_NE(result.response->tool_calls[0].id, result.response->tool_calls[1].id);
}

TEST(ChatResponse, OddUsage_CountsAsZero_WithoutFailing) {
  const auto usage = parse_usage(*json::parse(
      R"({"prompt_tokens":-5,"completion_tokens":"7","prompt_tokens_details":3,"completion_tokens_details":null})"));
  EXPECT_EQ(usage.prompt_tokens, 0);
  EXPECT_EQ(usage.completion_tokens, 0);
  EXPECT_EQ(parse_usage(*json::parse(R"({"prompt_tokens":1e300})")).prompt_tokens, 1'000'000'000'000'000);
  EXPECT_EQ(parse_usage(*json::parse(R"([])")).prompt_tokens, 0);
}

TEST(ChatResponse, ErrorMember_Decides_ThoughTheStatusWas200) {
  const auto result = parse_chat_response(R"({"error":{"code":429,"message":"slow down"}})");
  ASSERT_FALSE(result.response);
  EXPECT_EQ(result.failure.failure.code, "LLMRateLimitError");
}

TEST(ChatResponse, Malformed_IsAFailure_NeverACrash) {
  const char* bodies[] = {"",
                          "{",
                          "null",
                          "[]",
                          "7",
                          R"({"id": "x", "choices": [{"index": 0, )",
                          R"({"choices":[]})",
                          R"({"choices":{}})",
                          R"({"choices":[1]})",
                          R"({"choices":[{}]})",
                          R"({"choices":[{"message":[]}]})",
                          R"({"choices":[{"message":{"content":7}}]})",
                          R"({"choices":[{"message":{"tool_calls":{}}}]})",
                          R"({"choices":[{"message":{"tool_calls":[1]}}]})",
                          R"({"choices":[{"message":{"tool_calls":[{"function":{"name":7}}]}}]})",
                          R"({"choices":[{"message":{"tool_calls":[{"function":{"name":""}}]}}]})",
                          "{\"choices\":\"\xff\"}"};
  for (const auto* body : bodies) {
    const auto result = parse_chat_response(body);
    ASSERT_FALSE(result.response) << body;
    EXPECT_EQ(result.failure.failure.code, "LLMServiceUnavailableError") << body;
    EXPECT_EQ(result.failure.failure.kind, "transient");
    EXPECT_TRUE(result.failure.retry);
  }
}

}  // namespace
}  // namespace collet::llm
