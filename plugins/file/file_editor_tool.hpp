// The tools "file_editor" and "planning_file_editor": JSON on the outside, Editor inside.
#pragma once
#include <memory>
#include <string>
#include <utility>

#include "collet/tool.hpp"
#include "editor.hpp"

namespace collet::file {

class FileEditorTool final : public BlockingTool {
 public:
  enum class Use {
    kAll,
    kPlanning,  ///< edits only the plan: PLAN.md of the workspace where it is there, else .agents_tmp/PLAN.md
  };

  /// `locks`: those of all that edits files.
  FileEditorTool(Use use, std::shared_ptr<FileLocks> locks) : use_(use), editor_(std::move(locks)) {}
  ToolInfo info() const override;
  void conversation_closed(const std::string& conversation) override { editor_.forget(conversation); }

  /// One call: the observation. Any thread. Throws std::invalid_argument for an action that is no JSON
  /// object.
  std::string observe(const ToolCall& call);

 protected:
  std::string run(const ToolCall& call, const RunningCall& running) override;

 private:
  EditorResult edit(const ToolCall& call, const EditorAction& action);

  const Use use_;
  Editor editor_;
};

}  // namespace collet::file
