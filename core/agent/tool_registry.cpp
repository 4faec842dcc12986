#include <algorithm>

#include "agent/tool.hpp"

namespace collet::agent {

bool ToolRegistry::add(std::shared_ptr<Tool> tool) {
  if (find(tool->description().name) != nullptr) return false;
  tools_.push_back(std::move(tool));
  return true;
}

Tool* ToolRegistry::find(std::string_view name) const {
  const auto it = std::find_if(tools_.begin(), tools_.end(),
                               [&](const auto& tool) { return tool->description().name == name; });
  return it == tools_.end() ? nullptr : it->get();
}

}  // namespace collet::agent
