#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "collet/testing/fake_host.hpp"
#include "task_tracker_tool.hpp"

namespace collet::tools {
namespace {

using ::testing::HasSubstr;

constexpr std::string_view kPlan =
    R"({"command":"plan","task_list":[{"title":"First","notes":"n1","status":"todo"},)"
    R"({"title":"Second","notes":"","status":"in_progress"}]})";

class TaskTracker : public ::testing::Test {
 protected:
  void SetUp() override { fake_.add_conversation("c"); }

  std::string call(std::string_view action, const std::string& conversation = "c") {
    collet_tool_reply reply{};
    reply.context = &answer_;
    reply.finish = [](void* context, collet_handle, collet_status status, collet_str text) {
      *static_cast<std::string*>(context) = (status == COLLET_OK ? "" : "failed: ") + detail::to_string(text);
    };
    tool_.start({.conversation = conversation, .call_id = "1", .action = std::string(action)},
                ToolReply(reply));
    return answer_;
  }
  // As the server does with what the tool answers.
  void log(std::string observation) {
    observation.pop_back();
    fake_.add_event("c", R"({"kind":"ObservationEvent","observation":)" + observation +
                             R"(,"kind":"TaskTrackerObservation"}})");
  }

  testing::FakeHost fake_;
  Host host_{&fake_.table()};
  TaskTrackerTool tool_{host_};
  std::string answer_;
};

TEST_F(TaskTracker, Plan_IsAnsweredWithTheList) {
  EXPECT_EQ(
      call(kPlan),
      R"({"content":[{"cache_prompt":false,"type":"text","text":"Task list has been updated with 2 item(s)."}],)"
      R"("is_error":false,"command":"plan","task_list":[{"title":"First","notes":"n1","status":"todo"},)"
      R"({"title":"Second","notes":"","status":"in_progress"}]})");
}

TEST_F(TaskTracker, View_ShowsTheLastPlanInTheLog) {
  log(call(R"({"command":"plan","task_list":[{"title":"Old"}]})"));
  log(call(kPlan));
  for (int i = 0; i < 1200; ++i)
    fake_.add_event("c", R"({"kind":"MessageEvent","text":"TaskTrackerObservation"})");
  const std::string view = call(R"({"command":"view"})");
  EXPECT_THAT(view, HasSubstr("\"# Task List\\n\\n1. \u23F3 First\\n   n1\\n\\n2. \U0001F504 Second\""));
  EXPECT_THAT(view, HasSubstr(R"("command":"view","task_list":[{"title":"First")"));
}

TEST_F(TaskTracker, View_OfNothing) {
  EXPECT_THAT(call("{}"), HasSubstr(R"("command":"view","task_list":[]})"));
  EXPECT_THAT(call("{}"), HasSubstr("There is no task list yet"));
}

TEST_F(TaskTracker, EmptyPlan_EndsTheList) {
  log(call(kPlan));
  log(call(R"({"command":"plan","task_list":[]})"));
  EXPECT_THAT(call("{}"), HasSubstr("There is no task list yet"));
}

TEST_F(TaskTracker, UnknownConversation_Fails) { EXPECT_THAT(call("{}", "nobody"), HasSubstr("failed: ")); }

TEST_F(TaskTracker, Done_HasItsSign) {
  EXPECT_EQ(task_text({{"T", "", "done"}}), "# Task List\n\n1. \u2705 T");
}

}  // namespace
}  // namespace collet::tools
