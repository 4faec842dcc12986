// What undo needs: earlier contents of the files that a conversation has edited.
#pragma once
#include <cstddef>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace collet::file {

/// Bounded in entries and bytes per conversation: the oldest edits are forgotten first. Any thread.
class EditHistory {
 public:
  struct Limits {
    std::size_t entries = 100;
    std::size_t bytes = 16U << 20;
  };
  struct Edit {
    std::string before;  ///< the file's bytes before the edit
    std::size_t after;   ///< fingerprint() of the bytes that the edit wrote
  };

  EditHistory() : EditHistory(Limits()) {}
  explicit EditHistory(Limits limits) : limits_(limits) {}

  /// Remembers an edit that was made.
  void push(const std::string& conversation, const std::string& path, std::string before,
            std::string_view after);
  /// The last edit of the file, if it is still known; it stays until pop().
  std::optional<Edit> last(const std::string& conversation, const std::string& path) const;
  void pop(const std::string& conversation, const std::string& path);
  void forget(const std::string& conversation);

  static std::size_t fingerprint(std::string_view bytes) { return std::hash<std::string_view>()(bytes); }

 private:
  struct Entry {
    std::string path;
    Edit edit;
  };
  struct Conversation {
    std::deque<Entry> entries;  // oldest first
    std::size_t bytes = 0;
  };

  const Limits limits_;
  mutable std::mutex mutex_;
  std::map<std::string, Conversation> conversations_;
};

}  // namespace collet::file
