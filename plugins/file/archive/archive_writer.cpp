#include "archive/archive_writer.hpp"

#include <archive.h>
#include <archive_entry.h>

#include <stdexcept>
#include <utility>

#include "common/owned.hpp"

namespace collet::file {
namespace {

la_ssize_t collect(archive* /*open*/, void* ready, const void* bytes, std::size_t size) {
  try {
    static_cast<std::string*>(ready)->append(static_cast<const char*>(bytes), size);
    return static_cast<la_ssize_t>(size);
  } catch (...) {
    return -1;
  }
}

}  // namespace

void ArchiveWriter::Free::operator()(archive* open) const {
  ::archive_write_fail(open);  // so that nothing more is written
  ::archive_write_free(open);
}

void ArchiveWriter::check(long result) const {
  if (result >= ARCHIVE_WARN) return;
  const char* text = ::archive_error_string(archive_.get());
  throw std::runtime_error(std::string("cannot write the archive: ") + (text != nullptr ? text : "unknown"));
}

ArchiveWriter::ArchiveWriter(Format format) : archive_(::archive_write_new()) {
  if (!archive_) throw std::bad_alloc();
  if (format == Format::kTarGz) {
    // This format takes names as the bytes that they are, of any length, and files of any size.
    check(::archive_write_set_format_gnutar(archive_.get()));
    check(::archive_write_add_filter_gzip(archive_.get()));
    check(::archive_write_set_options(archive_.get(), "gzip:!timestamp"));
  } else {
    check(::archive_write_set_format_zip(archive_.get()));
  }
  check(::archive_write_set_bytes_in_last_block(archive_.get(), 1));
  check(::archive_write_open2(archive_.get(), &ready_, nullptr, collect, nullptr, nullptr));
}

ArchiveWriter::~ArchiveWriter() = default;

void ArchiveWriter::begin(const ArchiveEntry& entry) {
  const Owned<archive_entry, ::archive_entry_free> head(::archive_entry_new());
  if (!head) throw std::bad_alloc();
  ::archive_entry_set_pathname(head.get(), entry.name.c_str());
  ::archive_entry_set_filetype(head.get(), entry.is_folder ? AE_IFDIR : AE_IFREG);
  ::archive_entry_set_perm(head.get(), entry.mode & 07777);
  ::archive_entry_set_size(head.get(), static_cast<la_int64_t>(entry.is_folder ? 0 : entry.size));
  ::archive_entry_set_mtime(head.get(), entry.modified, 0);
  ::archive_entry_set_uid(head.get(), static_cast<la_int64_t>(entry.user));
  ::archive_entry_set_gid(head.get(), static_cast<la_int64_t>(entry.group));
  check(::archive_write_header(archive_.get(), head.get()));
}

void ArchiveWriter::write(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto count = ::archive_write_data(archive_.get(), bytes.data(), bytes.size());
    check(static_cast<long>(count));
    if (count <= 0) throw std::runtime_error("cannot write the archive: an entry is longer than its size");
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
}

void ArchiveWriter::add(const ArchiveEntry& entry, std::string_view bytes) {
  begin(entry);
  write(bytes);
}

void ArchiveWriter::close() { check(::archive_write_close(archive_.get())); }

std::string ArchiveWriter::take() { return std::exchange(ready_, std::string()); }

}  // namespace collet::file
