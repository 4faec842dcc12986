#include <dirent.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <ctime>
#include <system_error>
#include <vector>

#include "common/owned.hpp"

#include "plain/plain_tool.hpp"

namespace collet::file {
namespace {

constexpr std::size_t kMostEntries = 500;
constexpr std::size_t kMostRead = 100'000;  // names of one folder that are looked at

struct Entry {
  std::string name, path;
  struct stat status {};
  bool is_folder() const { return S_ISDIR(status.st_mode); }
};

std::vector<std::string> names_in(const std::string& folder) {
  const Owned<DIR, ::closedir> open(::opendir(folder.c_str()));
  if (open == nullptr)
    throw FileError("Cannot list " + folder + ": " + std::generic_category().message(errno) + ".");
  std::vector<std::string> names;
  while (const dirent* entry = ::readdir(open.get())) {
    const std::string name = entry->d_name;
    if (name != "." && name != ".." && names.size() < kMostRead) names.push_back(name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

void list(const std::string& folder, int levels, std::vector<Entry>& entries) {
  std::vector<std::string> folders;
  for (const auto& name : names_in(folder)) {
    if (entries.size() > kMostEntries) return;
    Entry entry{name, (folder == "/" ? "" : folder) + "/" + name};
    if (::lstat(entry.path.c_str(), &entry.status) != 0) continue;
    if (entry.is_folder()) folders.push_back(entry.path);
    entries.push_back(std::move(entry));
  }
  if (levels < 2) return;
  for (const auto& below : folders) try {
      list(below, levels - 1, entries);
    } catch (const FileError&) {  // it is named; what is in it is not for us
    }
}

// Local time with microseconds, as clients have all times of observations.
std::string time_text(const timespec& time) {
  std::tm local{};
  ::localtime_r(&time.tv_sec, &local);
  char text[64];
  const auto size = std::strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &local);
  std::snprintf(text + size, sizeof(text) - size, ".%06ld", time.tv_nsec / 1000);
  return text;
}

class ListDirectoryTool final : public PlainTool {
 public:
  ToolInfo info() const override {
    ToolInfo info = plain_info("list_directory", "ListDirectory", true);
    info.description =
        "Lists what is in a directory, hidden entries too, with sizes and times of change; with `recursive` "
        "also what is "
        "in its directories. At most 500 entries.";
    info.parameters =
        R"({"type":"object","additionalProperties":false,"properties":{)"
        R"("dir_path":{"type":"string","default":".","description":"The directory: an absolute path, or one from the working directory."},)"
        R"("recursive":{"type":"boolean","default":false,"description":"True: two levels deep."}}})";
    return info;
  }

 protected:
  std::string act(const json::Value& action, const std::string& working_dir, json::Writer& fields) override {
    std::string folder = in_workspace(action, "dir_path", working_dir);
    while (folder.size() > 1 && folder.ends_with('/')) folder.pop_back();
    std::vector<Entry> entries;
    list(folder, json::bool_at(action, "recursive").value_or(false) ? 2 : 1, entries);
    const bool truncated = entries.size() > kMostEntries;
    if (truncated) entries.resize(kMostEntries);
    std::string words = "Listed directory: " + folder + " (" + std::to_string(entries.size()) + " entries" +
                        (truncated ? ", there are more" : "") + ")";
    fields.member("dir_path", folder).key("entries").array();
    for (const auto& entry : entries) {
      const std::int64_t size = entry.is_folder() ? 0 : entry.status.st_size;
      fields.object().member("name", as_utf8(entry.name)).member("path", as_utf8(entry.path));
      fields.member("is_directory", entry.is_folder()).member("size", size);
      fields.member("modified_time", time_text(entry.status.st_mtim)).end();
      words += "\n" + entry.path + (entry.is_folder() ? "/" : "  " + std::to_string(size) + " bytes");
    }
    fields.end().member("total_count", static_cast<std::int64_t>(entries.size()));
    fields.member("is_truncated", truncated);
    return words;
  }

  std::string failed(const json::Value&, const std::string&) const override {
    return R"("entries":[],"total_count":0,"is_truncated":false)";
  }
};

}  // namespace

std::unique_ptr<PlainTool> make_list_directory_tool() { return std::make_unique<ListDirectoryTool>(); }

}  // namespace collet::file
