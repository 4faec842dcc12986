// Writes an archive into memory, piece by piece, so that it can be sent as it is made.
#pragma once
#include <sys/types.h>

#include <cstdint>
#include <ctime>
#include <memory>
#include <string>
#include <string_view>

struct archive;

namespace collet::file {

struct ArchiveEntry {
  std::string name;  ///< with the folders before it; any bytes
  bool is_folder = false;
  std::uint64_t size = 0;  ///< bytes, which have to follow
  mode_t mode = 0644;
  std::time_t modified = 0;
  uid_t user = 0;
  gid_t group = 0;
};

/// The same entries give the same bytes. One thread at a time. Throws std::runtime_error.
class ArchiveWriter {
 public:
  enum class Format { kTarGz, kZip };

  explicit ArchiveWriter(Format format);
  ArchiveWriter(const ArchiveWriter&) = delete;
  ArchiveWriter& operator=(const ArchiveWriter&) = delete;
  ~ArchiveWriter();

  /// The next entry; the one before it has to be complete.
  void begin(const ArchiveEntry& entry);
  void write(std::string_view bytes);
  void add(const ArchiveEntry& entry, std::string_view bytes);
  /// The archive ends.
  void close();

  /// How many bytes of it are there to take.
  std::size_t ready() const { return ready_.size(); }
  std::string take();

 private:
  struct Free {
    void operator()(archive* open) const;
  };
  void check(long result) const;

  std::string ready_;
  std::unique_ptr<archive, Free> archive_;
};

}  // namespace collet::file
