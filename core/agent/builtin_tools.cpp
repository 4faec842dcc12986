#include "agent/builtin_tools.hpp"

#include "collet/json.hpp"

namespace collet::agent {
namespace {

std::string text_observation(std::string_view text) {
  json::Writer w;
  w.object().key("content").array().object();
  w.member("cache_prompt", false).member("type", "text").member("text", text).end().end();
  w.member("is_error", false).end();
  return w.take();
}

// Answers at once, in the caller's thread.
class ImmediateTool final : public Tool {
 public:
  using Answer = std::string (*)(const json::Value& action);
  ImmediateTool(ToolDescription description, Answer answer)
      : description_(std::move(description)), answer_(answer) {}

  const ToolDescription& description() const override { return description_; }
  std::unique_ptr<RunningCall> start(ToolCall call, std::function<void(ToolOutcome)> done) override {
    const auto action = json::parse(call.action);
    done({text_observation(answer_(*action)), ""});
    return nullptr;
  }
  void close_conversation(const std::string&) override {}

 private:
  ToolDescription description_;
  Answer answer_;
};

}  // namespace

std::shared_ptr<Tool> make_finish_tool() {
  ToolDescription d;
  d.name = kFinishTool;
  d.description =
      "End the task. Call this once the work is done, or when you cannot go on without the user. The message "
      "is what "
      "the user reads: what was achieved, what was checked, and what is left open.";
  d.parameters =
      R"({"type":"object","properties":{"message":{"type":"string","description":"The final message for the user."}},)"
      R"("required":["message"],"additionalProperties":false})";
  d.action_kind = "FinishAction";
  d.observation_kind = "FinishObservation";
  d.tool_kind = "FinishTool";
  d.annotations =
      R"({"title":"finish","readOnlyHint":true,"destructiveHint":false,"idempotentHint":true,"openWorldHint":false})";
  d.title = "finish";
  d.plugin = "core";
  d.listed = false;
  return std::make_shared<ImmediateTool>(
      std::move(d), [](const json::Value& action) { return json::string_or(action, "message"); });
}

std::shared_ptr<Tool> make_think_tool() {
  ToolDescription d;
  d.name = kThinkTool;
  d.description =
      "Write down a thought without doing anything: weigh causes of a bug, compare designs, or plan the next "
      "steps "
      "before you act. It changes nothing and fetches nothing.";
  d.parameters =
      R"({"type":"object","properties":{"thought":{"type":"string","description":"The thought to record."}},)"
      R"("required":["thought"],"additionalProperties":false})";
  d.action_kind = "ThinkAction";
  d.observation_kind = "ThinkObservation";
  d.tool_kind = "ThinkTool";
  d.annotations =
      R"({"readOnlyHint":true,"destructiveHint":false,"idempotentHint":true,"openWorldHint":false})";
  d.title = "think";
  d.plugin = "core";
  d.listed = false;
  return std::make_shared<ImmediateTool>(
      std::move(d), [](const json::Value&) -> std::string { return "Your thought has been logged."; });
}

}  // namespace collet::agent
