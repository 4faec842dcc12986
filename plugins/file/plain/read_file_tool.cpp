#include <algorithm>
#include <cstdio>

#include "line_view.hpp"
#include "plain/plain_tool.hpp"

namespace collet::file {
namespace {

constexpr std::int64_t kMostLines = 1000;
constexpr std::size_t kMostBytes = 30'000;  // more is not shown to models in one piece

class ReadFileTool final : public PlainTool {
 public:
  ToolInfo info() const override {
    ToolInfo info = plain_info("read_file", "ReadFile", true);
    info.description =
        "Reads a text file and shows its lines with their numbers. Of a long file the first part is shown, "
        "and how to "
        "read on: with `offset` and `limit`.";
    info.parameters =
        R"({"type":"object","additionalProperties":false,"required":["file_path"],"properties":{)"
        R"("file_path":{"type":"string","description":"The file: an absolute path, or one from the working directory."},)"
        R"("offset":{"type":"integer","minimum":0,"description":"How many lines to skip."},)"
        R"("limit":{"type":"integer","minimum":1,"description":"How many lines to show at most."}}})";
    return info;
  }

 protected:
  std::string act(const json::Value& action, const std::string& working_dir, json::Writer& fields) override {
    const std::string path = in_workspace(action, "file_path", working_dir);
    const std::string text = open_text(path).decoded.text;
    const auto lines = split_lines(text);
    const auto count = static_cast<std::int64_t>(count_lines(text));
    const std::int64_t offset = std::max<std::int64_t>(json::int_at(action, "offset").value_or(0), 0);
    if (offset >= count && !(offset == 0 && count == 0))
      throw FileError("`offset` " + std::to_string(offset) + " is beyond the end of " + path +
                      ", which has " + std::to_string(count) + " lines.");
    const std::int64_t limit = std::max<std::int64_t>(json::int_at(action, "limit").value_or(kMostLines), 1);
    const std::int64_t end = std::min(count - offset, limit) + offset;
    std::string shown;
    std::int64_t next = offset;  // the first line that is not shown
    for (; next < end; ++next) {
      char number[32];
      std::snprintf(number, sizeof(number), "%6lld  ", static_cast<long long>(next) + 1);
      const std::string line = number + std::string(lines[static_cast<std::size_t>(next)]) + "\n";
      if (next > offset && shown.size() + line.size() > kMostBytes) break;
      shown += line;
    }
    fields.member("file_path", path);
    write_content(fields, "file_content", shown);
    fields.member("is_truncated", next < count);
    std::string words = "Read file: " + path;
    if (next < count) {
      fields.key("lines_shown").array().value(offset + 1).value(next).end();
      words += " (lines " + std::to_string(offset + 1) + "-" + std::to_string(next) + " of " +
               std::to_string(count) + "; go on with offset=" + std::to_string(next) + ")";
    }
    fields.member("total_lines", count);
    return words + "\n\n" + shown;
  }

  std::string failed(const json::Value& action, const std::string&) const override {
    json::Writer w;
    w.object().member("file_path", json::string_or(action, "file_path"));
    const std::string object = w.member("file_content", "").member("is_truncated", false).end().take();
    return object.substr(1, object.size() - 2);
  }
};

}  // namespace

std::unique_ptr<PlainTool> make_read_file_tool() { return std::make_unique<ReadFileTool>(); }

}  // namespace collet::file
