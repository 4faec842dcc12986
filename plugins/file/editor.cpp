#include "editor.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <limits>
#include <string_view>

#include "base64.hpp"
#include "directory_listing.hpp"
#include "image_type.hpp"
#include "line_view.hpp"
#include "text_file.hpp"

namespace collet::file {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kContext = 4;  // lines shown around an edit, on each side
constexpr std::size_t kAll = std::numeric_limits<std::size_t>::max();

[[noreturn]] void invalid(std::string_view parameter, const std::string& value, const std::string& why) {
  throw FileError("Invalid `" + std::string(parameter) + "` parameter: " + value + ". " + why);
}

template <class T>
const T& needed(const std::optional<T>& value, std::string_view parameter, const std::string& command) {
  if (!value)
    throw FileError("The command `" + command + "` needs the parameter `" + std::string(parameter) + "`.");
  return *value;
}

std::string whole_view(const std::string& path, std::string_view text) {
  return "Here's the result of running `cat -n` on " + path + ":\n" + numbered(split_lines(text), 1, kAll);
}

// Lines `first` … `last` (from 0) of a text that was just edited, with some around.
std::string snippet(std::string_view text, std::size_t first, std::size_t last) {
  const std::size_t from = first < kContext ? 0 : first - kContext;
  return numbered(split_lines(text), from + 1, last + kContext + 1);
}

std::size_t lines_before(std::string_view text, std::size_t position) {
  return static_cast<std::size_t>(
      std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(position), '\n'));
}

std::pair<std::size_t, std::size_t> checked_range(const std::vector<std::int64_t>& range, std::size_t count) {
  std::string value = "[";
  for (const auto element : range) value += (value.size() > 1 ? ", " : "") + std::to_string(element);
  value += "]";
  if (range.size() != 2) invalid("view_range", value, "It should be a list of two integers: [first, last].");
  const auto total = static_cast<std::int64_t>(count);
  if (range[0] < 1 || range[0] > total)
    invalid("view_range", value,
            "Its first element `" + std::to_string(range[0]) +
                "` should be within the range of lines of the file: [1, " + std::to_string(count) + "].");
  if (range[1] != -1 && range[1] < range[0])
    invalid("view_range", value,
            "Its second element `" + std::to_string(range[1]) + "` should be -1 (the end) or at least `" +
                std::to_string(range[0]) + "`.");
  const auto last = range[1] == -1 ? total : std::min(range[1], total);
  return {static_cast<std::size_t>(range[0]), static_cast<std::size_t>(last)};
}

EditorResult view_image(const std::string& path, std::string_view type, std::string_view bytes) {
  if (bytes.size() > Editor::kMaxImageBytes)
    throw FileError("Cannot show " + path + ": it is an image larger than 5 MiB. Make it smaller first.");
  return {"Image file " + path + " read successfully.",
          "data:" + std::string(type) + ";base64," + base64(bytes),
          true,
          {},
          {}};
}

EditorResult view(const EditorAction& action, bool is_directory) {
  if (is_directory) {
    if (action.view_range)
      invalid("view_range", "[…]", "It is for files; " + action.path + " is a directory.");
    return {list_directory(action.path), {}, true, {}, {}};
  }
  std::string bytes = read_file(action.path, kMaxFileBytes);
  if (const auto type = image_type(bytes); !type.empty()) return view_image(action.path, type, bytes);
  const std::string text = as_text(action.path, std::move(bytes)).decoded.text;
  if (!action.view_range) return {whole_view(action.path, text), {}, true, {}, {}};
  const auto [first, last] = checked_range(*action.view_range, count_lines(text));
  return {"Here's the result of running `cat -n` on " + action.path + ":\n" +
              numbered(split_lines(text), first, last),
          {},
          true,
          {},
          {}};
}

// Checks the path against the command. True: it is a directory (to view).
bool check_path(const std::string& working_dir, const EditorAction& action) {
  const auto& path = action.path;
  if (path.find('\0') != std::string::npos) invalid("path", "(text)", "It holds a NUL character.");
  struct stat status {};
  if (!path.starts_with('/')) {
    const std::string guess = (fs::path(working_dir) / path).string();
    const bool there = !path.empty() && ::stat(guess.c_str(), &status) == 0;
    invalid("path", path,
            "The path should be an absolute path" + (there ? ", such as " + guess : std::string()) + ".");
  }
  if (::stat(path.c_str(), &status) != 0) {
    if (action.command == "create") return false;
    invalid("path", path, "The path " + path + " does not exist. Please provide a valid path.");
  }
  if (action.command == "create")
    invalid("path", path,
            "File already exists at: " + path + ". Cannot overwrite files using command `create`.");
  if (!S_ISDIR(status.st_mode)) return false;
  if (action.command != "view")
    invalid("path", path, "It is a directory; `view` is the only command for those.");
  return true;
}

}  // namespace

EditorResult Editor::run(const std::string& conversation, const std::string& working_dir,
                         const EditorAction& action) {
  const bool is_directory = check_path(working_dir, action);
  if (action.command == "view") return view(action, is_directory);
  const std::string name = path_without_links(action.path);
  const std::lock_guard lock(locks_->of(name));
  if (action.command == "create") return create(action);
  if (action.command == "str_replace") return str_replace({conversation, name}, action);
  if (action.command == "insert") return insert({conversation, name}, action);
  if (action.command == "undo_edit") return undo({conversation, name}, action);
  throw FileError("Unknown command `" + action.command +
                  "`. The commands are `view`, `create`, `str_replace`, `insert` and `undo_edit`.");
}

EditorResult Editor::create(const EditorAction& action) {
  const auto& text = needed(action.file_text, "file_text", action.command);
  if (text.size() > kMaxFileBytes)
    throw FileError("Cannot create " + action.path + ": `file_text` is larger than 10 MiB.");
  create_file(action.path, text);
  return {"File created successfully at: " + action.path, {}, false, {}, text};
}

EditorResult Editor::str_replace(const Place& place, const EditorAction& action) {
  auto file = open_text(action.path);
  const auto& format = file.decoded.format;
  const std::string& text = file.decoded.text;
  const std::string old_str = like(needed(action.old_str, "old_str", action.command), format);
  const std::string new_str = like(action.new_str.value_or(""), format);
  if (old_str.empty())
    throw FileError("No replacement was performed: `old_str` is empty. Use `insert` to add text.");
  if (old_str == new_str)
    throw FileError("No replacement was performed: `new_str` is the same as `old_str`.");

  const auto at = text.find(old_str);
  if (at == std::string::npos)
    throw FileError("No replacement was performed, old_str `" + old_str + "` did not appear verbatim in " +
                    action.path + ".");
  std::string lines;
  std::size_t count = 0;
  for (auto next = at; next != std::string::npos; next = text.find(old_str, next + 1))
    if (++count <= 20) lines += (lines.empty() ? "" : ", ") + std::to_string(lines_before(text, next) + 1);
  if (count > 1)
    throw FileError("No replacement was performed: `old_str` appears " + std::to_string(count) +
                    " times in " + action.path + ", in lines " + lines + (count > 20 ? ", …" : "") +
                    ". Give more of the lines around it, so that it is unique.");

  std::string changed = text;
  changed.replace(at, old_str.size(), new_str);
  store(place, action.path, std::move(file.bytes), encoded(changed, format, action.path));
  const auto first = lines_before(text, at);
  std::string shown =
      "The file " + action.path + " has been edited. Here's the result of running `cat -n` on a " +
      "snippet of " + action.path + ":\n" +
      snippet(changed, first, first + lines_before(new_str, new_str.size())) +
      "Review the changes and make sure they are as expected. Edit the file again if necessary.";
  return {std::move(shown), {}, true, text, std::move(changed)};
}

EditorResult Editor::insert(const Place& place, const EditorAction& action) {
  const auto line = needed(action.insert_line, "insert_line", action.command);
  auto file = open_text(action.path);
  const auto& format = file.decoded.format;
  const std::string& text = file.decoded.text;
  std::string added = like(needed(action.new_str, "new_str", action.command), format);
  if (added.ends_with('\n'))
    added.pop_back();  // whole lines are inserted, with or without the last one's end
  const auto count = count_lines(text);
  if (line < 0 || static_cast<std::size_t>(line) > count)
    invalid("insert_line", std::to_string(line),
            "It should be within the range of lines of the file: [0, " + std::to_string(count) + "].");

  auto lines = split_lines(text);
  lines.insert(lines.begin() + line, added);
  std::string changed;
  for (const auto& each : lines) {
    if (&each != lines.data()) changed += '\n';
    changed += each;
  }
  store(place, action.path, std::move(file.bytes), encoded(changed, format, action.path));
  const auto first = static_cast<std::size_t>(line);
  std::string shown =
      "The file " + action.path + " has been edited. Here's the result of running `cat -n` on a " +
      "snippet of the edited file:\n" + snippet(changed, first, first + lines_before(added, added.size())) +
      "Review the changes and make sure they are as expected (correct indentation, no duplicate " +
      "lines, etc). Edit the file again if necessary.";
  return {std::move(shown), {}, true, text, std::move(changed)};
}

EditorResult Editor::undo(const Place& place, const EditorAction& action) {
  const auto edit = history_.last(place.conversation, place.file);
  if (!edit) throw FileError("There is no edit of " + action.path + " to undo.");
  auto file = open_text(action.path);
  if (EditHistory::fingerprint(file.bytes) != edit->after)
    throw FileError("Cannot undo: " + action.path + " was changed by something else since the last edit.");
  replace_file(action.path, edit->before);
  history_.pop(place.conversation, place.file);
  std::string restored = open_text(action.path).decoded.text;
  return {"Last edit to " + action.path + " undone successfully. " + whole_view(action.path, restored),
          {},
          true,
          std::move(file.decoded.text),
          std::move(restored)};
}

void Editor::store(const Place& place, const std::string& path, std::string old_bytes,
                   const std::string& new_bytes) {
  if (new_bytes.size() > kMaxFileBytes)
    throw FileError("Cannot write " + path + ": it would be larger than 10 MiB.");
  replace_file(path, new_bytes);
  history_.push(place.conversation, place.file, std::move(old_bytes), new_bytes);
}

}  // namespace collet::file
