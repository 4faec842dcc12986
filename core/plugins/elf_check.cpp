#include "plugins/elf_check.hpp"

#include <elf.h>
#include <fcntl.h>
#include <link.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <system_error>
#include <vector>

#include "collet/unique_fd.hpp"

namespace collet::plugins {
namespace {

using Header = ElfW(Ehdr);
using Segment = ElfW(Phdr);
using Section = ElfW(Shdr);

// What a plugin must match is taken from the running program instead of from a list of machines.
Header own_header() {
  Header header = {};
  const UniqueFd self(::open("/proc/self/exe", O_RDONLY | O_CLOEXEC));
  if (::pread(self.get(), &header, sizeof header, 0) != static_cast<ssize_t>(sizeof header))
    header.e_machine = EM_NONE;
  return header;
}

// Whether count items of a size, from an offset, end within the file. Written so that nothing overflows.
bool within(std::uint64_t file_size, std::uint64_t offset, std::uint64_t count, std::uint64_t item_size) {
  if (offset > file_size) return false;
  return count == 0 || item_size <= (file_size - offset) / count;
}

}  // namespace

Result<void> check_elf(int file) {
  struct stat info = {};
  if (::fstat(file, &info) != 0) return invalid("cannot be read: " + std::generic_category().message(errno));
  const auto size = static_cast<std::uint64_t>(info.st_size);

  Header header = {};
  if (::pread(file, &header, sizeof header, 0) != static_cast<ssize_t>(sizeof header) ||
      std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0)
    return invalid("is no ELF file");
  const Header own = own_header();
  if (std::memcmp(header.e_ident + EI_CLASS, own.e_ident + EI_CLASS, EI_VERSION - EI_CLASS + 1) != 0 ||
      header.e_machine != own.e_machine)
    return invalid("is built for another machine");
  if (header.e_type != ET_DYN || header.e_phnum == 0 || header.e_phentsize != sizeof(Segment))
    return invalid("is no shared library");

  if (!within(size, header.e_phoff, header.e_phnum, sizeof(Segment))) return invalid("is truncated");
  std::vector<Segment> segments(header.e_phnum);
  const auto bytes = static_cast<ssize_t>(segments.size() * sizeof(Segment));
  if (::pread(file, segments.data(), static_cast<std::size_t>(bytes), static_cast<off_t>(header.e_phoff)) !=
      bytes)
    return invalid("cannot be read whole");
  for (const Segment& segment : segments)
    if (!within(size, segment.p_offset, 1, segment.p_filesz)) return invalid("is truncated");
  if (header.e_shoff != 0 && !within(size, header.e_shoff, header.e_shnum, sizeof(Section)))
    return invalid("is truncated");
  return {};
}

}  // namespace collet::plugins
