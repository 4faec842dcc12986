#include "archive/tar_stream.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "archive/excludes.hpp"
#include "collet/detail/text.hpp"

namespace collet::file {
namespace {

constexpr std::size_t kPieceBytes = 128 * 1024;
constexpr std::size_t kReadBytes = 64 * 1024;
constexpr std::size_t kMostWork = 4U << 20;  // bytes looked at for one piece, however well they compress
constexpr std::size_t kEntryWork = 4096;     // what an entry without content counts as
constexpr const char* kManifest = "archive_manifest.json";

// As the contract has it: sorted members, two blanks; `unreadable` is ours.
std::string manifest(const std::string& source, std::uint64_t files, std::uint64_t bytes,
                     std::uint64_t unreadable, const std::vector<std::string>& excludes) {
  std::string list;
  for (const auto& pattern : excludes)
    list += (list.empty() ? "\n    " : ",\n    ") + collet::detail::json_quoted(pattern);
  std::string text = "{\n  \"excludes\": [" + list + (list.empty() ? "]" : "\n  ]");
  text += ",\n  \"file_count\": " + std::to_string(files) +
          ",\n  \"format\": \"tar.gz\",\n  \"source\": " + collet::detail::json_quoted(source) +
          ",\n  \"total_bytes\": " + std::to_string(bytes);
  if (unreadable > 0) text += ",\n  \"unreadable\": " + std::to_string(unreadable);
  return text + "\n}";
}

ArchiveEntry entry_of(const std::string& name, const struct stat& status) {
  const bool is_folder = S_ISDIR(status.st_mode);
  return {name,           is_folder,       static_cast<std::uint64_t>(status.st_size),
          status.st_mode, status.st_mtime, status.st_uid,
          status.st_gid};
}

}  // namespace

TarStream::TarStream(UniqueFd root, std::string name, std::vector<std::string> excludes)
    : name_(std::move(name)),
      excludes_(std::move(excludes)),
      walk_(std::move(root),
            [this](std::string_view path, bool is_folder) {
              return is_sensitive(path) || is_excluded(path, is_folder, excludes_);
            }),
      writer_(ArchiveWriter::Format::kTarGz),
      buffer_(kReadBytes) {}

std::optional<std::string> TarStream::pull() {
  std::size_t work = 0;
  while (!ended_ && writer_.ready() < kPieceBytes && work < kMostWork) work += step();
  if (ended_ && writer_.ready() == 0) return std::nullopt;
  return writer_.take();
}

std::size_t TarStream::step() {
  if (remaining_ > 0) return copy_some();
  content_.reset();
  if (auto entry = walk_.next()) {
    begin_entry(std::move(*entry));
  } else {
    end();
  }
  return kEntryWork;
}

void TarStream::begin_entry(WalkedEntry entry) {
  writer_.begin(entry_of(entry.path.empty() ? name_ : name_ + "/" + entry.path, entry.status));
  if (!entry.content.valid()) return;
  has_own_manifest_ = has_own_manifest_ || entry.path == kManifest;
  content_ = std::move(entry.content);
  remaining_ = static_cast<std::uint64_t>(entry.status.st_size);
  ++files_;
  bytes_ += remaining_;
}

std::size_t TarStream::copy_some() {
  const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(remaining_, buffer_.size()));
  auto count = ::read(content_.get(), buffer_.data(), wanted);
  if (count < 0 && errno == EINTR) return 0;
  if (count <= 0) {  // it has become shorter, or cannot be read any more
    std::fill_n(buffer_.begin(), wanted, '\0');
    count = static_cast<ssize_t>(wanted);
  }
  writer_.write({buffer_.data(), static_cast<std::size_t>(count)});
  remaining_ -= static_cast<std::uint64_t>(count);
  return static_cast<std::size_t>(count);
}

void TarStream::end() {
  if (!has_own_manifest_) {
    const auto text = manifest(name_, files_, bytes_, walk_.unreadable(), excludes_);
    writer_.add({.name = name_ + "/" + kManifest, .size = text.size()}, text);
  }
  writer_.close();
  ended_ = true;
}

}  // namespace collet::file
