// The commands of the file_editor tool.
#pragma once
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "edit_history.hpp"
#include "file_io.hpp"

namespace collet::file {

struct EditorAction {
  std::string command;  ///< view, create, str_replace, insert, undo_edit
  std::string path;     ///< absolute
  std::optional<std::string> file_text, old_str, new_str;
  std::optional<std::int64_t> insert_line;
  std::optional<std::vector<std::int64_t>> view_range;
};

struct EditorResult {
  std::string text;                      ///< for the model
  std::optional<std::string> image_url;  ///< a data URL
  bool existed = true;                   ///< whether the file was there before
  std::optional<std::string> old_content, new_content;
};

/// Any thread; blocks on the disk. What cannot be done throws FileError with one line for the model.
class Editor {
 public:
  static constexpr std::size_t kMaxFileBytes = 10U << 20;
  static constexpr std::size_t kMaxImageBytes = 5U << 20;

  EditorResult run(const std::string& conversation, const std::string& working_dir,
                   const EditorAction& action);
  void forget(const std::string& conversation) { history_.forget(conversation); }

 private:
  EditorResult create(const EditorAction& action);
  // Where an edit is remembered: the file by the path that leads over no link.
  struct Place {
    std::string conversation, file;
  };
  EditorResult str_replace(const Place& place, const EditorAction& action);
  EditorResult insert(const Place& place, const EditorAction& action);
  EditorResult undo(const Place& place, const EditorAction& action);
  // Writes the new text in the old one's format and remembers the old bytes.
  void store(const Place& place, const std::string& path, std::string old_bytes,
             const std::string& new_bytes);
  // Two edits of one file at once would lose one of them.
  std::mutex& lock_for(const std::string& file) {
    return locks_[std::hash<std::string>()(file) % std::size(locks_)];
  }

  EditHistory history_;
  std::mutex locks_[16];
};

}  // namespace collet::file
