#include "task_tracker_tool.hpp"

#include <algorithm>
#include <stdexcept>

namespace collet::tools {
namespace {

constexpr std::string_view kKind = "TaskTrackerObservation";
constexpr int kPage = 500;  // events read at once

constexpr std::string_view kDescription =
    R"(Keeps a list of tasks for this conversation, so that you and the user see what is planned and what is done.

* `view` shows the list; `plan` replaces it by `task_list`: always give the whole list.
* Use it for work of several steps, for several requests at once, or when the user asks for a plan. Leave it alone for questions and for work of one or two steps.
* Each task has a short `title` that says what is to be done, `notes` where they help, and a `status`: "todo", "in_progress", "done".
* Set a task to "in_progress" before you begin it, one at a time, and to "done" as soon as it is really done and checked: not while tests fail or something is missing.
* Add tasks that turn up on the way, and take out those that are not needed any more.)";

constexpr std::string_view kParameters = R"({
"type":"object","additionalProperties":false,
"properties":{
"command":{"type":"string","enum":["view","plan"],"default":"view","description":"view: show the list. plan: replace it by `task_list`."},
"task_list":{"type":"array","default":[],"description":"For plan: all tasks, in order.","items":{
"type":"object","additionalProperties":false,"required":["title"],
"properties":{
"title":{"type":"string","description":"What is to be done."},
"notes":{"type":"string","default":"","description":"What else is to be known about it."},
"status":{"type":"string","enum":["todo","in_progress","done"],"default":"todo","description":"How far it is."}
}}}
}})";

}  // namespace

ToolInfo TaskTrackerTool::info() const {
  ToolInfo info;
  info.name = info.title = "task_tracker";
  info.description = kDescription;
  info.parameters = kParameters;
  info.action_kind = "TaskTrackerAction";
  info.observation_kind = kKind;
  info.tool_kind = "TaskTrackerTool";
  info.annotations =
      R"({"readOnlyHint":false,"destructiveHint":false,"idempotentHint":true,"openWorldHint":false})";
  return info;
}

std::string TaskTrackerTool::run(const ToolCall& call, const RunningCall& running) {
  const auto action = json::parse(call.action);
  if (!action || !action->IsObject()) throw std::invalid_argument("the action is no JSON object");
  const std::string command = json::string_or(*action, "command", "view");
  const json::Value* given = json::find(*action, "task_list");
  const bool plan = command == "plan";
  const TaskList tasks = plan && given != nullptr ? parse_tasks(*given)
                         : plan                   ? TaskList()
                                                  : current(call.conversation, running);
  const std::string text =
      plan ? "Task list has been updated with " + std::to_string(tasks.size()) + " item(s)."
           : task_text(tasks);
  json::Writer w;
  w.object().key("content").array().object();
  w.member("cache_prompt", false).member("type", "text").member("text", text).end().end();
  w.member("is_error", false).member("command", command);
  write_tasks(w, "task_list", tasks);
  return w.end().take();
}

TaskList TaskTrackerTool::current(const std::string& conversation, const RunningCall& running) const {
  const Events events = host_.events();
  std::int64_t end = events.last_seq(conversation);  // what is left to look at: 1 … end
  while (end > 0 && !running.cancelled()) {
    const std::int64_t before = std::max<std::int64_t>(end - kPage, 0);
    const auto page = events.read(conversation, before, static_cast<int>(end - before));
    for (auto event = page.rbegin(); event != page.rend(); ++event) {
      if (event->text.find(kKind) == std::string::npos) continue;
      const auto parsed = json::parse(event->text);
      const json::Value* observation = parsed ? json::find(*parsed, "observation") : nullptr;
      if (observation == nullptr || json::string_or(*observation, "kind") != kKind) continue;
      if (const json::Value* list = json::find(*observation, "task_list")) return parse_tasks(*list);
    }
    end = before;
  }
  return {};
}

}  // namespace collet::tools
