// Server-sent events, byte by byte as they arrive.
#pragma once
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace collet::llm {

/// Splits a text/event-stream into the `data` of its events. How the bytes are cut into pieces makes no
/// difference. One stream, one parser, one thread.
class SseParser {
 public:
  /// Gets the data of one event, its lines joined by line feeds; false stops the parser.
  using OnData = std::function<bool(std::string_view data)>;

  explicit SseParser(OnData on_data, std::size_t max_event_bytes = std::size_t{8} << 20);

  /// False: stopped, by on_data or because an event is larger than the limit; then nothing more is read.
  bool feed(std::string_view bytes);

  /// Whether an event has begun that the stream did not finish.
  bool in_event() const { return has_data_ || !line_.empty(); }

 private:
  bool take_line(std::string_view line);
  bool dispatch();
  bool skip_byte_order_mark(std::string_view& bytes);

  OnData on_data_;
  std::size_t max_event_bytes_;
  std::string line_;  // the begin of a line whose end has not come yet
  std::string data_;
  bool has_data_ = false;
  bool after_cr_ = false;         // a line feed now belongs to the line end before
  std::size_t mark_matched_ = 0;  // bytes of a byte order mark seen at the very start; 3: that is over
  bool stopped_ = false;
};

}  // namespace collet::llm
