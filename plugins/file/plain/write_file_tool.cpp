#include <sys/stat.h>

#include <optional>

#include "plain/plain_tool.hpp"

namespace collet::file {
namespace {

class WriteFileTool final : public PlainTool {
 public:
  explicit WriteFileTool(std::shared_ptr<FileLocks> locks) : locks_(std::move(locks)) {}

  ToolInfo info() const override {
    ToolInfo info = plain_info("write_file", "WriteFile", false);
    info.description =
        "Writes a whole file: a new one, with the directories above it, or in place of what is there. For a "
        "change in a "
        "part of a file use `edit`.";
    info.parameters =
        R"({"type":"object","additionalProperties":false,"required":["file_path","content"],"properties":{)"
        R"("file_path":{"type":"string","description":"The file: an absolute path, or one from the working directory."},)"
        R"("content":{"type":"string","description":"All that the file is to hold."}}})";
    return info;
  }

 protected:
  std::string act(const json::Value& action, const std::string& working_dir, json::Writer& fields) override {
    const std::string path = in_workspace(action, "file_path", working_dir);
    const std::string content = json::string_or(action, "content");
    if (content.size() > kMaxFileBytes)
      throw FileError("Cannot write " + path + ": `content` is larger than 10 MiB.");
    const std::lock_guard lock(locks_->of(path_without_links(path)));
    struct stat status {};
    const bool is_new = ::lstat(path.c_str(), &status) != 0;
    std::optional<std::string> old;
    if (is_new) {
      create_file(path, content);
    } else {
      replace_file(path, like_before(path, content, old));
    }
    fields.member("file_path", path).member("is_new_file", is_new);
    if (old) write_content(fields, "old_content", *old);
    write_content(fields, "new_content", content);
    return (is_new ? "Created file: " : "Updated file: ") + path;
  }

  std::string failed(const json::Value&, const std::string&) const override {
    return R"("is_new_file":false)";
  }

 private:
  // The content with the encoding and line ends of the text that it replaces, where there is one that can
  // hold it.
  static std::string like_before(const std::string& path, const std::string& content,
                                 std::optional<std::string>& old) {
    std::string bytes;
    try {
      bytes = read_file(path, kMaxFileBytes);
    } catch (const FileError&) {  // whatever it is, replace_file says whether it can be replaced
      return content;
    }
    auto decoded = decode(bytes);
    if (!decoded) return content;
    old = std::move(decoded->text);
    return encode(like(content, decoded->format), decoded->format).value_or(content);
  }

  const std::shared_ptr<FileLocks> locks_;
};

}  // namespace

std::unique_ptr<PlainTool> make_write_file_tool(std::shared_ptr<FileLocks> locks) {
  return std::make_unique<WriteFileTool>(std::move(locks));
}

}  // namespace collet::file
