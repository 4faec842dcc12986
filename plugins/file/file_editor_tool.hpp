// The tool "file_editor": JSON on the outside, Editor inside.
#pragma once
#include <string>

#include "collet/tool.hpp"
#include "editor.hpp"

namespace collet::file {

class FileEditorTool final : public BlockingTool {
 public:
  ToolInfo info() const override;
  void conversation_closed(const std::string& conversation) override { editor_.forget(conversation); }

  /// One call: the observation. Any thread. Throws std::invalid_argument for an action that is no JSON
  /// object.
  std::string observe(const ToolCall& call);

 protected:
  std::string run(const ToolCall& call, const RunningCall& running) override;

 private:
  Editor editor_;
};

}  // namespace collet::file
