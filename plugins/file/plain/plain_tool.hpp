#pragma once
#include <memory>
#include <string>
#include <string_view>

#include "collet/json.hpp"
#include "collet/plugin.hpp"
#include "collet/tool.hpp"
#include "text_file.hpp"

namespace collet::file {

/// A tool for one file or folder, without a memory: read_file, write_file, edit, list_directory. Paths may be
/// relative to the workspace.
class PlainTool : public BlockingTool {
 public:
  std::string run(const ToolCall& call, const RunningCall& running) final;

 protected:
  /// What the tool did, in words; its fields of the observation go to `fields`, an open object. What cannot
  /// be done throws FileError.
  virtual std::string act(const json::Value& action, const std::string& working_dir,
                          json::Writer& fields) = 0;
  /// The fields of an observation when it could not be done: JSON members.
  virtual std::string failed(const json::Value& action, const std::string& working_dir) const = 0;
};

/// `path` as the action has it -> absolute.
std::string in_workspace(const json::Value& action, std::string_view key, const std::string& working_dir);
/// What stands for a content in an observation; nothing when it is too long for one.
void write_content(json::Writer& fields, std::string_view key, const std::string& text);
/// As all four have them; `reads`: it changes nothing.
ToolInfo plain_info(const std::string& name, const std::string& kind, bool reads);

std::unique_ptr<PlainTool> make_read_file_tool();
std::unique_ptr<PlainTool> make_list_directory_tool();
/// `locks`: those of all that edits files.
std::unique_ptr<PlainTool> make_write_file_tool(std::shared_ptr<FileLocks> locks);
std::unique_ptr<PlainTool> make_edit_tool(std::shared_ptr<FileLocks> locks);

/// All four.
void add_plain_tools(Setup& setup, const std::shared_ptr<FileLocks>& locks);

}  // namespace collet::file
