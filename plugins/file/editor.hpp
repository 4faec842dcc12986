// The commands of the file_editor tool.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "edit_history.hpp"
#include "text_file.hpp"

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
  static constexpr std::size_t kMaxImageBytes = 5U << 20;

  /// `locks`: those of all that edits files.
  explicit Editor(std::shared_ptr<FileLocks> locks) : locks_(std::move(locks)) {}

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

  const std::shared_ptr<FileLocks> locks_;
  EditHistory history_;
};

}  // namespace collet::file
