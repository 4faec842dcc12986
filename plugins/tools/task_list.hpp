#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "collet/json.hpp"

namespace collet::tools {

struct Task {
  std::string title, notes;
  std::string status;  ///< "todo", "in_progress", "done"
};

/// An agent's plan. Pure functions.
using TaskList = std::vector<Task>;

/// Of a JSON array as actions and observations have it; what is no object is left out.
TaskList parse_tasks(const json::Value& list);
void write_tasks(json::Writer& w, std::string_view key, const TaskList& tasks);
/// As the model reads it.
std::string task_text(const TaskList& tasks);

}  // namespace collet::tools
