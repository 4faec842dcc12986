// Which file an address of this process comes from.
#pragma once
#include <string>

namespace collet::plugins {

/// The file behind this address as the kernel names it ("fe:01 1234": device and inode); empty: none, or
/// unknown. Good for comparing with others from here only: some file systems tell stat() other numbers.
std::string mapped_file(const void* address);

/// The same for an open file, which is mapped for this.
std::string mapped_file(int descriptor);

}  // namespace collet::plugins
