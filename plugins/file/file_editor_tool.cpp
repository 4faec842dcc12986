#include "file_editor_tool.hpp"

#include <filesystem>
#include <stdexcept>

#include "collet/json.hpp"
#include "text_codec.hpp"

namespace collet::file {
namespace {

constexpr std::string_view kDescription =
    R"(Views, creates and edits text files.

Commands:
* view: shows a file with line numbers, a part of it (`view_range`), an image, or what is in a directory, two levels deep and without hidden entries.
* create: makes a new file, with the directories above it. It refuses a path that exists.
* str_replace: replaces `old_str`, which must appear exactly once in the file, by `new_str`.
* insert: adds `new_str` as new lines after the line `insert_line`.
* undo_edit: takes back your last str_replace or insert in the file; may be repeated.

Rules:
* `path` is absolute.
* `old_str` has to match the file exactly, spaces and line breaks included. Give two or three of the lines around a change, so that it is unique.
* View a file before you edit it. Each edit shows the lines around it: check them.
* For long files prefer `view_range` or a search in the terminal.
* Binary files and files above 10 MiB are refused.)";

constexpr std::string_view kParameters = R"({
"type":"object","additionalProperties":false,"required":["command","path"],
"properties":{
"command":{"type":"string","enum":["view","create","str_replace","insert","undo_edit"],"description":"What to do."},
"path":{"type":"string","description":"Absolute path of the file or directory."},
"file_text":{"type":"string","description":"For create: the whole content of the new file."},
"old_str":{"type":"string","description":"For str_replace: the text to replace; must appear exactly once."},
"new_str":{"type":"string","description":"For str_replace: the new text (left out: the old one is deleted). For insert: the lines to add."},
"insert_line":{"type":"integer","minimum":0,"description":"For insert: the line after which to add; 0 is the top of the file."},
"view_range":{"type":"array","items":{"type":"integer"},"description":"For view of a file: [first, last], counted from 1; -1 as last means the end."}
}})";

constexpr std::string_view kPlanningRules = R"(

You are planning: you may view everything, but edit only the plan. It is the file PLAN.md in the working directory if there is one, else .agents_tmp/PLAN.md below it; create that if it is missing.)";

std::string plan_of(const std::string& working_dir) {
  const std::string root = path_without_links(working_dir);
  std::error_code error;
  const bool at_top = std::filesystem::exists(root + "/PLAN.md", error);
  return path_without_links(root + (at_top ? "/PLAN.md" : "/.agents_tmp/PLAN.md"));
}

EditorAction parse_action(const std::string& text) {
  const auto parsed = json::parse(text);
  if (!parsed || !parsed->IsObject()) throw std::invalid_argument("the action is no JSON object");
  const auto optional_text = [&](std::string_view key) -> std::optional<std::string> {
    const auto found = json::string_at(*parsed, key);
    return found ? std::optional<std::string>(*found) : std::nullopt;
  };
  EditorAction action;
  action.command = json::string_or(*parsed, "command");
  action.path = json::string_or(*parsed, "path");
  action.file_text = optional_text("file_text");
  action.old_str = optional_text("old_str");
  action.new_str = optional_text("new_str");
  action.insert_line = json::int_at(*parsed, "insert_line");
  if (const json::Value* range = json::find(*parsed, "view_range"); range != nullptr && range->IsArray()) {
    action.view_range.emplace();
    for (const auto& element : range->GetArray())
      action.view_range->push_back(element.IsInt64() ? element.GetInt64() : 0);
  }
  return action;
}

void write_content(json::Writer& w, const std::string& text, const std::optional<std::string>& image_url) {
  w.key("content").array();
  w.object().member("cache_prompt", false).member("type", "text").member("text", as_utf8(text)).end();
  if (image_url) {
    w.object().member("cache_prompt", false).member("type", "image");
    w.key("image_urls").array().value(*image_url).end().end();
  }
  w.end();
}

void write_text(json::Writer& w, std::string_view key, const std::optional<std::string>& text) {
  if (text && text->size() <= kMaxContentInObservation) w.member(key, *text);
}

}  // namespace

ToolInfo FileEditorTool::info() const {
  const bool planning = use_ == Use::kPlanning;
  const std::string kind = planning ? "PlanningFileEditor" : "FileEditor";
  ToolInfo info;
  info.name = info.title = planning ? "planning_file_editor" : "file_editor";
  info.description = std::string(kDescription) + std::string(planning ? kPlanningRules : "");
  info.parameters = kParameters;
  info.action_kind = kind + "Action";
  info.observation_kind = kind + "Observation";
  info.tool_kind = kind + "Tool";
  info.annotations = R"({"title":")" + info.name + R"(","readOnlyHint":false,"destructiveHint":)" +
                     (planning ? "false" : "true") + R"(,"idempotentHint":false,"openWorldHint":false})";
  return info;
}

EditorResult FileEditorTool::edit(const ToolCall& call, const EditorAction& action) {
  if (use_ == Use::kPlanning && action.command != "view") {
    const std::string plan = plan_of(call.working_dir);
    if (path_without_links(action.path) != plan)
      throw FileError("Only the plan may be edited: " + plan + ". `view` is for all files.");
  }
  return editor_.run(call.conversation, call.working_dir, action);
}

std::string FileEditorTool::observe(const ToolCall& call) {
  const EditorAction action = parse_action(call.action);
  json::Writer w;
  w.object();
  try {
    const EditorResult result = edit(call, action);
    write_content(w, result.text, result.image_url);
    w.member("is_error", false).member("command", action.command).member("path", action.path);
    w.member("prev_exist", result.existed);
    write_text(w, "old_content", result.old_content);
    write_text(w, "new_content", result.new_content);
  } catch (const FileError& error) {
    write_content(w, error.what(), std::nullopt);
    w.member("is_error", true).member("command", action.command).member("prev_exist", true);
  }
  w.end();
  return w.take();
}

std::string FileEditorTool::run(const ToolCall& call, const RunningCall&) { return observe(call); }

}  // namespace collet::file
