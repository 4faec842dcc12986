#include "plugins/mapping.hpp"

#include <sys/mman.h>

#include <cstdint>
#include <fstream>
#include <sstream>

namespace collet::plugins {

std::string mapped_file(const void* address) {
  const auto wanted = reinterpret_cast<std::uintptr_t>(address);
  std::ifstream maps("/proc/self/maps");
  for (std::string line; std::getline(maps, line);) {
    // 7f1c…-7f1d… r--p 00000000 fe:01 1234   /path
    std::istringstream fields(line);
    std::uintptr_t begin = 0, end = 0;
    char dash = 0;
    std::string access, offset, device, inode;
    fields >> std::hex >> begin >> dash >> end >> access >> offset >> device >> inode;
    if (!fields || wanted < begin || wanted >= end) continue;
    if (inode == "0") return {};
    return device.append(" ").append(inode);
  }
  return {};
}

std::string mapped_file(int descriptor) {
  constexpr std::size_t kByte = 1;  // that is, its page
  void* page = ::mmap(nullptr, kByte, PROT_READ, MAP_PRIVATE, descriptor, 0);
  if (page == MAP_FAILED) return {};
  std::string name = mapped_file(static_cast<const void*>(page));
  ::munmap(page, kByte);
  return name;
}

}  // namespace collet::plugins
