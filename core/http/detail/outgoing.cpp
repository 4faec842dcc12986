#include "http/detail/outgoing.hpp"

#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <string_view>
#include <utility>

namespace collet::http::detail {
namespace {

constexpr std::size_t kKeptBytes = 64 * 1024;  // capacity kept between answers

}  // namespace

void Outgoing::begin(std::string bytes, std::shared_ptr<Content> content, Framing framing) {
  bytes_ = std::move(bytes);
  at_ = 0;
  written_ = 0;
  framing_ = framing;
  source_ended_ = false;
  if (!content) return;
  left_ = content->length;
  source_ = std::move(content->source);
  if (content->file) file_.emplace(std::move(*std::exchange(content->file, std::nullopt)));
}

Outgoing::Progress Outgoing::write(int socket) {
  if (const Progress progress = write_bytes(socket); progress != Progress::kDone) return progress;
  if (source_) return source_ended_ ? Progress::kDone : Progress::kPiece;
  if (!file_) return Progress::kDone;
  const auto before = file_->left();
  const auto progress = file_->send(socket);
  written_ += before - file_->left();
  switch (progress) {
    case FileSender::Progress::kDone:
      file_.reset();
      return Progress::kDone;
    case FileSender::Progress::kFull:
      return Progress::kFull;
    case FileSender::Progress::kTurn:
      return Progress::kTurn;
    case FileSender::Progress::kGone:
      return Progress::kGone;
    case FileSender::Progress::kShort:
      return Progress::kShort;
  }
  return Progress::kGone;
}

Outgoing::Progress Outgoing::write_bytes(int socket) {
  const int more = file_ && file_->left() > 0 ? MSG_MORE : 0;
  while (at_ < bytes_.size()) {
    const auto n =
        ::send(socket, bytes_.data() + at_, bytes_.size() - at_, MSG_NOSIGNAL | MSG_DONTWAIT | more);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return Progress::kFull;
    if (n < 0) return Progress::kGone;
    at_ += static_cast<std::size_t>(n);
    written_ += static_cast<std::uint64_t>(n);
  }
  bytes_.clear();
  at_ = 0;
  if (bytes_.capacity() > kKeptBytes) bytes_.shrink_to_fit();
  return Progress::kDone;
}

// False: there are more bytes than were announced.
bool Outgoing::count(std::size_t bytes) {
  if (!left_) return true;
  if (bytes > *left_) return false;
  *left_ -= bytes;
  return true;
}

bool Outgoing::add(Piece piece) {
  source_ended_ = piece.kind == Piece::Kind::kEnd;
  why_.clear();
  if (piece.kind == Piece::Kind::kBroken) {
    why_ = piece.data.empty() ? "no reason given" : std::move(piece.data);
    return false;
  }
  if (!count(piece.data.size())) why_ = "there is more of it than was announced";
  if (why_.empty() && source_ended_ && left_ && *left_ > 0) why_ = "there is less of it than was announced";
  if (!why_.empty()) return false;
  if (framing_ != Framing::kChunked) {
    bytes_ = std::move(piece.data);
    return true;
  }
  if (!piece.data.empty()) {
    std::array<char, 24> size{};
    const int digits = std::snprintf(size.data(), size.size(), "%zx\r\n", piece.data.size());
    bytes_.reserve(piece.data.size() + 32);
    bytes_.assign(size.data(), static_cast<std::size_t>(digits)).append(piece.data).append("\r\n");
  }
  if (source_ended_) bytes_.append("0\r\n\r\n");
  return true;
}

std::shared_ptr<Source> Outgoing::drop() {
  bytes_.clear();
  at_ = 0;
  file_.reset();
  return std::exchange(source_, nullptr);
}

}  // namespace collet::http::detail
