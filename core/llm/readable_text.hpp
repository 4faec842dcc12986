// Foreign bytes made fit to be shown: in an error text, a log line, a JSON string.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>

namespace collet::llm {

/// Valid UTF-8 of at most `max_bytes` (then ends in "…"), surrounding blanks left out; invalid bytes become
/// U+FFFD, control characters blanks. Pure.
std::string readable_text(std::string_view bytes, std::size_t max_bytes);

}  // namespace collet::llm
