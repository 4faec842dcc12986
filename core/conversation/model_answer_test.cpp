#include "conversation/model_answer.hpp"

#include <gtest/gtest.h>

namespace collet::conversation {
namespace {

class NamedTool final : public agent::Tool {
 public:
  NamedTool() {
    description_.name = "run";
    description_.parameters =
        R"({"type":"object","properties":{"command":{"type":"string"},"count":{"type":"integer"},)"
        R"("short":{"type":"string","maxLength":20}},)"
        R"("additionalProperties":false})";
    description_.annotations = "{}";
    description_.action_kind = "RunAction";
  }
  const agent::ToolDescription& description() const override { return description_; }
  std::unique_ptr<agent::RunningCall> start(agent::ToolCall,
                                            std::function<void(agent::ToolOutcome)>) override {
    return nullptr;
  }
  void close_conversation(const std::string&) override {}

 private:
  agent::ToolDescription description_;
};

class ModelAnswer : public ::testing::Test {
 protected:
  ModelAnswer() { tools_.add(tool_); }
  TakenCall take(std::string name, std::string arguments) {
    return take_call({"call-1", std::move(name), std::move(arguments)}, tools_, masker_);
  }

  NamedTool tool_;
  agent::Toolbox tools_;
  secrets::Masker masker_{
      {"s3cret-value", "12345678", "first \"line\"\nsecond line", "run", std::string(100, 'z')}};
};

TEST_F(ModelAnswer, TextsAreHidden_AndIdsThatHoldASecretReplaced) {
  llm::Response response;
  response.id = "response-s3cret-value";
  response.text = "It is s3cret-value.";
  response.reasoning = "s3cret-value?";
  response.tool_calls = {{"id-s3cret-value", "run", "{}"}, {"call-2", "run", "{}"}};
  hide_secrets(response, masker_);
  EXPECT_EQ(response.text, "It is <secret-hidden>.");
  EXPECT_EQ(response.reasoning, "<secret-hidden>?");
  EXPECT_EQ(response.id.find("s3cret-value"), std::string::npos);
  EXPECT_FALSE(response.id.empty());
  EXPECT_EQ(response.tool_calls[0].id.find("s3cret-value"), std::string::npos);
  EXPECT_EQ(response.tool_calls[1].id, "call-2");
}

TEST_F(ModelAnswer, CallsThatShareAnIdGetIdsOfTheirOwn) {
  llm::Response response;
  response.tool_calls = {{"call-1", "a", "{}"}, {"call-1", "b", "{}"}, {"", "c", "{}"}};
  hide_secrets(response, {});
  EXPECT_EQ(response.tool_calls[0].id, "call-1");
  EXPECT_NE(response.tool_calls[1].id, "call-1");
  EXPECT_NE(response.tool_calls[2].id, "");
}

TEST_F(ModelAnswer, AToolGetsWhatTheModelWrote_AndTheLogHasItHidden) {
  const auto taken = take("run", R"({"command":"echo s3cret-value","summary":"Say s3cret-value."})");
  EXPECT_EQ(taken.error, "");
  EXPECT_EQ(taken.action.action, R"({"command":"echo <secret-hidden>","kind":"RunAction"})");
  EXPECT_EQ(taken.action.summary, "Say <secret-hidden>.");
  EXPECT_EQ(taken.action.call.arguments.find("s3cret-value"), std::string::npos);
  EXPECT_EQ(taken.real_action, R"({"command":"echo s3cret-value"})");
}

TEST_F(ModelAnswer, TheMarkWrittenByTheModelItselfIsReal) {
  EXPECT_EQ(take("run", R"({"command":"grep '<secret-hidden>'"})").real_action,
            R"({"command":"grep '<secret-hidden>'"})");
  EXPECT_EQ(take("run", R"({"command":"ls"})").real_action, "");
}

// Hidden, the number is a text, which the schema would refuse.
TEST_F(ModelAnswer, ArgumentsAreCheckedAsTheModelWroteThem) {
  const auto taken = take("run", R"({"count":12345678})");
  EXPECT_EQ(taken.error, "");
  EXPECT_EQ(taken.real_action, R"({"count":12345678})");
}

TEST_F(ModelAnswer, ErrorsHideWhatTheyQuote) {
  const std::string long_text(70, 'x');
  const auto taken = take("run", R"({"count":")" + long_text + R"( s3cret-value"})");
  EXPECT_NE(taken.error.find("should be of type integer"), std::string::npos) << taken.error;
  EXPECT_EQ(taken.error.find("s3cret"), std::string::npos) << taken.error;
  EXPECT_EQ(take("run", R"({"s3cret-value":1})").error.find("s3cret"), std::string::npos);
}

TEST_F(ModelAnswer, OfASecretThatIsWrongNothingIsQuoted) {
  const auto taken = take("run", R"({"short":")" + std::string(100, 'z') + "\"}");
  EXPECT_EQ(taken.error, "An argument of 'run' that holds a secret is wrong.");
}

TEST_F(ModelAnswer, AnUnknownToolsNameIsHidden) {
  const auto taken = take("s3cret-value", "{}");
  EXPECT_EQ(taken.error, "Tool '<secret-hidden>' not found. Available: ['run']");
  EXPECT_EQ(taken.action.call.name, "<secret-hidden>");
  EXPECT_EQ(take("run", "{}").action.call.name, "run");  // ours, whatever secrets are called
}

TEST_F(ModelAnswer, BrokenArgumentsAreNotKept) {
  const std::string broken = R"({"command":"echo first \"line\"\nsecond line)";
  for (const auto* name : {"run", "no_such_tool"}) {
    const auto taken = take(name, broken);
    EXPECT_NE(taken.error, "");
    EXPECT_NE(taken.action.call.arguments.find("_malformed_tool_call"), std::string::npos);
    EXPECT_EQ(taken.action.call.arguments.find("second line"), std::string::npos);
  }
}

}  // namespace
}  // namespace collet::conversation
