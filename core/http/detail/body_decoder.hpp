// The framing of a body: by its length, or chunked. Knows no socket.
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "http/detail/input_buffer.hpp"

namespace collet::http::detail {

/// Takes each byte once, whatever the pieces, and keeps none of them. One thread at a time. After kError
/// nothing more may be decoded.
class BodyDecoder {
 public:
  enum class Progress {
    kNeedMore,  ///< all input is used up
    kFull,      ///< the piece is full
    kComplete,  ///< the body has ended; what is left of the input is behind it
    kError,     ///< answer `status()` and `detail()`, and close
  };
  /// What the chunks' sizes, extensions and the trailer may take, beyond what is usual for so much of a body.
  static constexpr std::size_t kMostFraming = 16 * 1024;

  /// `length`: as announced; nothing: chunked. `limit`: bytes of a chunked body, 0: any.
  BodyDecoder(std::optional<std::uint64_t> length, std::uint64_t limit);

  /// Appends to the piece until it has `most` bytes.
  Progress decode(InputBuffer& input, std::string& piece, std::size_t most);

  /// How many bytes are to come; nothing: nobody knows.
  std::optional<std::uint64_t> left() const { return left_; }
  /// Bytes of a body of known length that came past `input`; no more than are left.
  void skip(std::size_t n) { *left_ -= n; }

  int status() const { return status_; }
  const std::string& detail() const { return detail_; }

 private:
  // What the next byte of a chunked body belongs to.
  enum class Step {
    kSize,
    kBlank,  // behind the size; an extension has to follow
    kExtension,
    kSizeEnd,
    kData,
    kDataReturn,
    kDataEnd,
    kTrailer,  // a field's first byte, or the last line's
    kTrailerName,
    kTrailerValue,
    kTrailerEnd,
    kLastEnd,
    kEnd,
  };

  Progress decode_plain(InputBuffer& input, std::string& piece, std::size_t most);
  Progress decode_chunks(InputBuffer& input, std::string& piece, std::size_t most);
  static void take(std::uint64_t& left, InputBuffer& input, std::string& piece, std::size_t most);
  bool take_framing(InputBuffer& input);
  bool step(char c);
  bool step_in_size(char c);
  bool step_in_trailer(char c);
  bool begin_data();
  void end_data();
  bool bad(std::string_view detail);
  Progress fail(int status, std::string_view detail);

  std::optional<std::uint64_t> left_;
  Step step_ = Step::kSize;
  bool has_digits_ = false;
  std::uint64_t chunk_ = 0;       // its size; then what is left of it
  std::uint64_t chunk_size_ = 0;  // of the one that is being taken
  std::uint64_t allowed_;         // bytes of the body
  std::uint64_t framing_ = 0;     // bytes that the body has not yet paid for
  int status_ = 0;
  std::string detail_;
};

}  // namespace collet::http::detail
