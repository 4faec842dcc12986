#pragma once
#include <cstddef>

namespace collet::http {

/// Raises RLIMIT_NOFILE to what the system allows this process, and says what it is now. Call it before
/// threads start and after the process that starts children has been forked: children are to have the old one
/// (select(2) breaks on descriptors above 1023).
std::size_t raise_open_file_limit();

}  // namespace collet::http
