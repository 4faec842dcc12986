#include "llm/sse_parser.hpp"

#include <utility>

namespace collet::llm {
namespace {
constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
}

SseParser::SseParser(OnData on_data, std::size_t max_event_bytes)
    : on_data_(std::move(on_data)), max_event_bytes_(max_event_bytes) {}

bool SseParser::feed(std::string_view bytes) {
  if (stopped_ || !skip_byte_order_mark(bytes)) return !stopped_;
  while (!stopped_ && !bytes.empty()) {
    if (std::exchange(after_cr_, false) && bytes.front() == '\n') {
      bytes.remove_prefix(1);
      continue;
    }
    const auto end = bytes.find_first_of("\r\n");
    const auto piece = bytes.substr(0, end);
    if (line_.size() + piece.size() + data_.size() > max_event_bytes_) return !(stopped_ = true);
    if (end == std::string_view::npos) {
      line_ += piece;
      break;
    }
    after_cr_ = bytes[end] == '\r';
    bytes.remove_prefix(end + 1);
    if (line_.empty()) {
      stopped_ = !take_line(piece);
    } else {
      line_ += piece;
      stopped_ = !take_line(line_);
      line_.clear();
    }
  }
  return !stopped_;
}

// A mark is skipped once, at the very start, also when it arrives in pieces. False: more bytes are needed to
// tell.
bool SseParser::skip_byte_order_mark(std::string_view& bytes) {
  while (mark_matched_ < kByteOrderMark.size() && !bytes.empty()) {
    if (bytes.front() != kByteOrderMark[mark_matched_]) {
      line_ = kByteOrderMark.substr(0, mark_matched_);
      mark_matched_ = kByteOrderMark.size();
      return true;
    }
    bytes.remove_prefix(1);
    ++mark_matched_;
  }
  return mark_matched_ == kByteOrderMark.size();
}

bool SseParser::take_line(std::string_view line) {
  if (line.empty()) return dispatch();
  const auto colon = line.find(':');
  // Comments (nothing before the colon) and the other fields mean nothing here.
  if (line.substr(0, colon) != "data") return true;
  std::string_view value = colon == std::string_view::npos ? std::string_view() : line.substr(colon + 1);
  if (value.starts_with(' ')) value.remove_prefix(1);
  if (has_data_) data_ += '\n';
  data_ += value;
  has_data_ = true;
  return true;
}

bool SseParser::dispatch() {
  if (!std::exchange(has_data_, false)) return true;
  const bool go_on = on_data_(data_);
  data_.clear();
  return go_on;
}

}  // namespace collet::llm
