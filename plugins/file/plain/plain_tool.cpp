#include "plain/plain_tool.hpp"

#include <filesystem>
#include <stdexcept>

namespace collet::file {
namespace {

std::string observation(std::string_view text, bool is_error, const std::string& members) {
  json::Writer w;
  w.object().key("content").array().object();
  w.member("cache_prompt", false).member("type", "text").member("text", as_utf8(std::string(text)));
  w.end().end().member("is_error", is_error).end();
  std::string whole = w.take();
  whole.pop_back();
  return whole + (members.empty() ? "" : ",") + members + "}";
}

}  // namespace

std::string PlainTool::run(const ToolCall& call, const RunningCall&) {
  const auto action = json::parse(call.action);
  if (!action || !action->IsObject()) throw std::invalid_argument("the action is no JSON object");
  json::Writer fields;
  fields.object();
  try {
    const std::string text = act(*action, call.working_dir, fields);
    const std::string object = fields.end().take();
    return observation(text, false, object.substr(1, object.size() - 2));
  } catch (const FileError& error) {
    return observation(error.what(), true, failed(*action, call.working_dir));
  }
}

std::string in_workspace(const json::Value& action, std::string_view key, const std::string& working_dir) {
  const std::string path = json::string_or(action, key);
  if (path.empty() || path.find('\0') != std::string::npos)
    throw FileError("`" + std::string(key) + "` is no path.");
  return (std::filesystem::path(working_dir) / path).lexically_normal().string();
}

void write_content(json::Writer& fields, std::string_view key, const std::string& text) {
  if (text.size() <= kMaxContentInObservation) fields.member(key, text);
}

ToolInfo plain_info(const std::string& name, const std::string& kind, bool reads) {
  ToolInfo info;
  info.name = info.title = name;
  info.action_kind = kind + "Action";
  info.observation_kind = kind + "Observation";
  info.tool_kind = kind + "Tool";
  info.annotations = R"({"title":")" + name + R"(","readOnlyHint":)" + (reads ? "true" : "false") +
                     R"(,"destructiveHint":)" + (reads ? "false" : "true") + R"(,"idempotentHint":)" +
                     (reads ? "true" : "false") + R"(,"openWorldHint":false})";
  return info;
}

void add_plain_tools(Setup& setup, const std::shared_ptr<FileLocks>& locks) {
  setup.tool(make_edit_tool(locks));
  setup.tool(make_list_directory_tool());
  setup.tool(make_read_file_tool());
  setup.tool(make_write_file_tool(locks));
}

}  // namespace collet::file
