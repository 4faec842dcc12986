// A file, or what a request wants of it, as an answer.
#pragma once
#include <sys/stat.h>

#include <string>

#include "collet/http.hpp"
#include "collet/unique_fd.hpp"
#include "transfer/ranges.hpp"

namespace collet::file {

/// A regular file, open for reading, and what it was when it was opened.
struct OpenFile {
  UniqueFd content;
  FileFacts facts;
};

/// The tag changes with the file's size, time of change (to the nanosecond) and inode: a file that is
/// replaced as a whole has another one.
FileFacts facts_of(const struct stat& status);

/// 200, 206 (several ranges as multipart/byteranges), 304, 412, 416. `headers` go with every answer that has
/// something of the file in it.
Response answer_file(const Request& request, OpenFile file, const std::string& content_type, Pairs headers);

/// "attachment; filename=…"
std::string attachment(const std::string& name);

}  // namespace collet::file
