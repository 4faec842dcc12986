// The tools of one agent, as the model gets them and as the SystemPromptEvent shows them.
#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "agent/tool.hpp"
#include "collet/json.hpp"

namespace collet::agent {

/// The tools that one agent may call. Built once per conversation; then only read.
class Toolbox {
 public:
  /// Adds a tool. Its schema is parsed here; false when that is no JSON object.
  bool add(Tool& tool);

  struct Entry {
    Tool* tool;
    std::shared_ptr<const json::Document> schema;
  };
  const Entry* find(std::string_view name) const;
  /// "['terminal', 'finish']": for error texts.
  std::string names() const;

  std::string for_model() const;   ///< JSON array, OpenAI function form
  std::string for_events() const;  ///< JSON array, the `tools` of a SystemPromptEvent

 private:
  std::vector<Entry> entries_;
};

}  // namespace collet::agent
