#include "plain/plain_tool.hpp"

namespace collet::file {
namespace {

class EditTool final : public PlainTool {
 public:
  explicit EditTool(std::shared_ptr<FileLocks> locks) : locks_(std::move(locks)) {}

  ToolInfo info() const override {
    ToolInfo info = plain_info("edit", "Edit", false);
    info.description =
        "Replaces text in a file. `old_string` has to match exactly, spaces and line breaks included, and as "
        "many times "
        "as `expected_replacements` says (once, unless it is given): give some of the lines around a change, "
        "so that "
        "it is unique. With an empty `old_string` a new file is made of `new_string`.";
    info.parameters =
        R"({"type":"object","additionalProperties":false,"required":["file_path","old_string","new_string"],"properties":{)"
        R"("file_path":{"type":"string","description":"The file: an absolute path, or one from the working directory."},)"
        R"("old_string":{"type":"string","description":"The text to replace; empty for a new file."},)"
        R"("new_string":{"type":"string","description":"What to put there."},)"
        R"("expected_replacements":{"type":"integer","minimum":0,"default":1,"description":"How often the text is there."}}})";
    return info;
  }

 protected:
  std::string act(const json::Value& action, const std::string& working_dir, json::Writer& fields) override {
    const std::string path = in_workspace(action, "file_path", working_dir);
    const std::string old_string = json::string_or(action, "old_string");
    const std::string new_string = json::string_or(action, "new_string");
    const std::lock_guard lock(locks_->of(path_without_links(path)));
    if (old_string.empty()) return create(path, new_string, fields);
    auto file = open_text(path);
    const auto& format = file.decoded.format;
    std::string& text = file.decoded.text;
    const std::string wanted = like(old_string, format), given = like(new_string, format);
    if (wanted.empty() || wanted == given)
      throw FileError("Nothing to change: `old_string` and `new_string` are the same.");
    std::string changed;
    std::int64_t count = 0;
    std::size_t start = 0;
    for (auto at = text.find(wanted); at != std::string::npos; at = text.find(wanted, start), ++count) {
      changed += text.substr(start, at - start) + given;
      start = at + wanted.size();
    }
    changed += text.substr(start);
    const std::int64_t expected = json::int_at(action, "expected_replacements").value_or(1);
    if (count == 0) throw FileError("`old_string` is not in " + path + ". Read the file for its exact text.");
    if (count != expected)
      throw FileError("`old_string` is " + std::to_string(count) + " times in " + path + ", not " +
                      std::to_string(expected) + " times.");
    const std::string bytes = encoded(changed, format, path);
    if (bytes.size() > kMaxFileBytes)
      throw FileError("Cannot write " + path + ": it would be larger than 10 MiB.");
    replace_file(path, bytes);
    fields.member("file_path", path).member("is_new_file", false).member("replacements_made", count);
    write_content(fields, "old_content", text);
    write_content(fields, "new_content", changed);
    return "Edited " + path + " (" + std::to_string(count) + " replacement(s))";
  }

  std::string failed(const json::Value&, const std::string&) const override {
    return R"("is_new_file":false,"replacements_made":0)";
  }

 private:
  static std::string create(const std::string& path, const std::string& text, json::Writer& fields) {
    create_file(path, text);
    fields.member("file_path", path).member("is_new_file", true).member("replacements_made", 1);
    write_content(fields, "new_content", text);
    return "Created new file: " + path;
  }

  const std::shared_ptr<FileLocks> locks_;
};

}  // namespace

std::unique_ptr<PlainTool> make_edit_tool(std::shared_ptr<FileLocks> locks) {
  return std::make_unique<EditTool>(std::move(locks));
}

}  // namespace collet::file
