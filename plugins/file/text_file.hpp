// Files that are texts, as the tools read and change them. Any thread; blocks on the disk; errors are
// FileError.
#pragma once
#include <cstddef>
#include <functional>
#include <iterator>
#include <mutex>
#include <string>
#include <string_view>

#include "file_io.hpp"
#include "text_codec.hpp"

namespace collet::file {

inline constexpr std::size_t kMaxFileBytes = 10U << 20;
/// An observation is stored and sent to every client; contents beyond this are left out of it.
inline constexpr std::size_t kMaxContentInObservation = 1U << 20;

struct OpenText {
  std::string bytes;
  DecodedText decoded;
};

/// Of the bytes of the file at `path`. Refuses binary ones.
OpenText as_text(const std::string& path, std::string bytes);
/// Refuses files above kMaxFileBytes too.
OpenText open_text(const std::string& path);

/// The bytes of a changed text in the file's own format.
std::string encoded(std::string_view text, const TextFormat& format, const std::string& path);

/// Line ends as the decoded text has them.
std::string like(std::string text, const TextFormat& format);

/// One file may have several paths; this is the one over no links.
std::string path_without_links(const std::string& path);

/// Two edits of one file at once would lose one of them. Any thread.
class FileLocks {
 public:
  /// `file`: path_without_links.
  std::mutex& of(const std::string& file) {
    return locks_[std::hash<std::string>()(file) % std::size(locks_)];
  }

 private:
  std::mutex locks_[16];
};

}  // namespace collet::file
