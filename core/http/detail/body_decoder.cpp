#include "http/detail/body_decoder.hpp"

#include <algorithm>
#include <limits>

namespace collet::http::detail {
namespace {

namespace beast = boost::beast;

constexpr std::size_t kShortestLastChunk = 5;         // "0", CR LF, CR LF
constexpr std::size_t kLongestChunkHead = 16 * 1024;  // and trailer

}  // namespace

BodyDecoder::BodyDecoder(Head& head, std::optional<std::uint64_t> length, std::uint64_t limit)
    : left_(length) {
  if (left_) return;
  chunks_ = std::make_unique<Parser>(std::move(head));
  chunks_->body_limit(limit == 0 ? std::numeric_limits<std::uint64_t>::max() : limit);
  chunks_->eager(true);
}

BodyDecoder::Progress BodyDecoder::fail(int status, std::string_view detail) {
  status_ = status;
  detail_ = detail;
  return Progress::kError;
}

BodyDecoder::Progress BodyDecoder::decode(InputBuffer& input, std::string& piece, std::size_t most) {
  return left_ ? decode_plain(input, piece, most) : decode_chunks(input, piece, most);
}

BodyDecoder::Progress BodyDecoder::decode_plain(InputBuffer& input, std::string& piece, std::size_t most) {
  const auto room = static_cast<std::size_t>(std::min<std::uint64_t>(*left_, most - piece.size()));
  const auto n = std::min(room, input.size());
  piece.append(input.view().substr(0, n));
  input.consume(n);
  *left_ -= n;
  if (*left_ == 0) return Progress::kComplete;
  return piece.size() == most ? Progress::kFull : Progress::kNeedMore;
}

BodyDecoder::Progress BodyDecoder::decode_chunks(InputBuffer& input, std::string& piece, std::size_t most) {
  while (!chunks_->is_done()) {
    if (piece.size() == most) return Progress::kFull;
    // Beast's parser relies on having the shortest end of a chunked body as a whole.
    if (input.size() < kShortestLastChunk) return Progress::kNeedMore;
    const auto bytes = input.view();
    const auto before = piece.size();
    piece.resize(before + std::min(most - before, bytes.size()));
    auto& body = chunks_->get().body();
    body.data = piece.data() + before;
    body.size = piece.size() - before;
    body.more = true;
    beast::error_code ec;
    input.consume(chunks_->put(boost::asio::buffer(bytes.data(), bytes.size()), ec));
    piece.resize(piece.size() - body.size);
    if (ec == beast::http::error::need_buffer) continue;
    if (ec == beast::http::error::need_more) {
      if (input.size() > kLongestChunkHead) return fail(400, "Bad Request: a chunk's head is too long");
      return Progress::kNeedMore;
    }
    if (ec == beast::http::error::body_limit) return fail(413, "Request Entity Too Large");
    if (ec) return fail(400, "Bad Request: " + ec.message());
  }
  return Progress::kComplete;
}

}  // namespace collet::http::detail
