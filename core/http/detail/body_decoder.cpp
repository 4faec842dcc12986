#include "http/detail/body_decoder.hpp"

#include <algorithm>
#include <limits>

namespace collet::http::detail {
namespace {

// What a chunk may take without anybody asking why: its size, line ends, and padding of small chunks.
constexpr std::uint64_t kFramingOfChunk = 16, kFramingOfByte = 2;

bool is_blank(char c) { return c == ' ' || c == '\t'; }

// May stand in an extension or a field's value.
bool is_text(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return is_blank(c) || (byte > ' ' && byte != 0x7f);
}

bool is_token(char c) {
  constexpr std::string_view kToken =
      "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
  return kToken.find(c) != std::string_view::npos;
}

std::optional<std::uint64_t> hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char lower = static_cast<char>(c | 0x20);
  if (lower >= 'a' && lower <= 'f') return lower - 'a' + 10;
  return std::nullopt;
}

}  // namespace

BodyDecoder::BodyDecoder(std::optional<std::uint64_t> length, std::uint64_t limit)
    : left_(length), allowed_(limit == 0 ? std::numeric_limits<std::uint64_t>::max() : limit) {}

BodyDecoder::Progress BodyDecoder::fail(int status, std::string_view detail) {
  status_ = status;
  detail_ = detail;
  return Progress::kError;
}

bool BodyDecoder::bad(std::string_view detail) {
  fail(400, detail);
  return false;
}

BodyDecoder::Progress BodyDecoder::decode(InputBuffer& input, std::string& piece, std::size_t most) {
  return left_ ? decode_plain(input, piece, most) : decode_chunks(input, piece, most);
}

void BodyDecoder::take(std::uint64_t& left, InputBuffer& input, std::string& piece, std::size_t most) {
  const auto room = static_cast<std::size_t>(std::min<std::uint64_t>(left, most - piece.size()));
  const auto n = std::min(room, input.size());
  piece.append(input.view().substr(0, n));
  input.consume(n);
  left -= n;
}

BodyDecoder::Progress BodyDecoder::decode_plain(InputBuffer& input, std::string& piece, std::size_t most) {
  take(*left_, input, piece, most);
  if (*left_ == 0) return Progress::kComplete;
  return piece.size() == most ? Progress::kFull : Progress::kNeedMore;
}

BodyDecoder::Progress BodyDecoder::decode_chunks(InputBuffer& input, std::string& piece, std::size_t most) {
  while (step_ != Step::kEnd) {
    if (piece.size() == most) return Progress::kFull;
    if (input.empty()) return Progress::kNeedMore;
    if (step_ != Step::kData) {
      if (!take_framing(input)) return Progress::kError;
      continue;
    }
    take(chunk_, input, piece, most);
    if (chunk_ == 0) step_ = Step::kDataReturn;
  }
  return Progress::kComplete;
}

// Up to the data, the end, or the last byte that is there.
bool BodyDecoder::take_framing(InputBuffer& input) {
  std::size_t used = 0;
  bool fine = true;
  for (const char c : input.view()) {
    ++used;
    if (++framing_ > kMostFraming) fine = bad("Bad Request: too much beside the chunks of the body");
    fine = fine && step(c);
    if (!fine || step_ == Step::kData || step_ == Step::kEnd) break;
  }
  input.consume(used);
  return fine;
}

bool BodyDecoder::step(char c) {
  switch (step_) {
    case Step::kSize:
    case Step::kBlank:
    case Step::kExtension:
      return step_in_size(c);
    case Step::kSizeEnd:
      return c == '\n' ? begin_data() : bad("Bad Request: bad chunk");
    case Step::kDataReturn:
      step_ = Step::kDataEnd;
      return c == '\r' || bad("Bad Request: a chunk does not end where it should");
    case Step::kDataEnd:
      end_data();
      return c == '\n' || bad("Bad Request: a chunk does not end where it should");
    case Step::kTrailer:
    case Step::kTrailerName:
    case Step::kTrailerValue:
    case Step::kTrailerEnd:
    case Step::kLastEnd:
      return step_in_trailer(c);
    case Step::kData:
    case Step::kEnd:
      break;
  }
  return false;
}

bool BodyDecoder::step_in_size(char c) {
  const auto digit = step_ == Step::kSize ? hex_digit(c) : std::nullopt;
  if (digit) {
    if (chunk_ >> 60 != 0) return bad("Bad Request: bad chunk size");
    chunk_ = chunk_ << 4 | *digit;
    has_digits_ = true;
  } else if (!has_digits_) {
    return bad("Bad Request: bad chunk size");
  } else if (c == '\r' && step_ != Step::kBlank) {
    step_ = Step::kSizeEnd;
  } else if (step_ == Step::kExtension) {
    return is_text(c) || bad("Bad Request: bad chunk extension");
  } else if (c == ';') {
    step_ = Step::kExtension;
  } else if (is_blank(c)) {
    step_ = Step::kBlank;
  } else {
    return bad("Bad Request: bad chunk");
  }
  return true;
}

bool BodyDecoder::begin_data() {
  step_ = chunk_ == 0 ? Step::kTrailer : Step::kData;
  chunk_size_ = chunk_;
  if (chunk_ > allowed_) {
    fail(413, "Request Entity Too Large");
    return false;
  }
  allowed_ -= chunk_;
  return true;
}

void BodyDecoder::end_data() {
  // Of a size that is near the largest there is, the product would be none.
  const auto paid = kFramingOfChunk + kFramingOfByte * std::min<std::uint64_t>(chunk_size_, kMostFraming);
  framing_ -= std::min(framing_, paid);
  has_digits_ = false;
  step_ = Step::kSize;
}

bool BodyDecoder::step_in_trailer(char c) {
  constexpr std::string_view kBad = "Bad Request: bad trailer";
  switch (step_) {
    case Step::kTrailer:
      step_ = c == '\r' ? Step::kLastEnd : Step::kTrailerName;
      return c == '\r' || is_token(c) || bad(kBad);
    case Step::kTrailerName:
      if (c == ':') step_ = Step::kTrailerValue;
      return c == ':' || is_token(c) || bad(kBad);
    case Step::kTrailerValue:
      if (c == '\r') step_ = Step::kTrailerEnd;
      return c == '\r' || is_text(c) || bad(kBad);
    case Step::kTrailerEnd:
      step_ = Step::kTrailer;
      return c == '\n' || bad(kBad);
    default:
      step_ = Step::kEnd;
      return c == '\n' || bad(kBad);
  }
}

}  // namespace collet::http::detail
