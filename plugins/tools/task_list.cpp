#include "task_list.hpp"

namespace collet::tools {
namespace {

std::string_view icon(std::string_view status) {
  if (status == "done") return "\u2705";
  return status == "in_progress" ? "\U0001F504" : "\u23F3";
}

}  // namespace

TaskList parse_tasks(const json::Value& list) {
  TaskList tasks;
  if (!list.IsArray()) return tasks;
  for (const auto& task : list.GetArray())
    if (task.IsObject())
      tasks.push_back({json::string_or(task, "title"), json::string_or(task, "notes"),
                       json::string_or(task, "status", "todo")});
  return tasks;
}

void write_tasks(json::Writer& w, std::string_view key, const TaskList& tasks) {
  w.key(key).array();
  for (const auto& task : tasks)
    w.object().member("title", task.title).member("notes", task.notes).member("status", task.status).end();
  w.end();
}

std::string task_text(const TaskList& tasks) {
  if (tasks.empty()) return "There is no task list yet. Make one with the command \"plan\".";
  std::string text = "# Task List";
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    text += "\n\n" + std::to_string(i + 1) + ". " + std::string(icon(tasks[i].status)) + " " + tasks[i].title;
    if (!tasks[i].notes.empty()) text += "\n   " + tasks[i].notes;
  }
  return text;
}

}  // namespace collet::tools
