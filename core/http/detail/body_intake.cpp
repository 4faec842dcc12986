#include "http/detail/body_intake.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <string_view>
#include <utility>
#include <vector>

namespace collet::http::detail {
namespace {

constexpr std::size_t kChunkedRead = 64 * 1024;

}  // namespace

BodyIntake::Outcome BodyIntake::pull(int socket, InputBuffer& input) {
  using Progress = BodyDecoder::Progress;
  for (;;) {
    switch (decoder_.decode(input, piece_, kPieceBytes)) {
      case Progress::kFull:
        return Outcome::kReady;
      case Progress::kComplete:
        has_ended_ = piece_.empty();
        return Outcome::kReady;
      case Progress::kError:
        return Outcome::kError;
      case Progress::kNeedMore:
        break;
    }
    const Outcome outcome = receive(socket, input);
    if (outcome == Outcome::kReady) continue;
    if (outcome == Outcome::kWait && !piece_.empty()) return Outcome::kReady;
    return outcome;
  }
}

// kReady: something came. Never reads beyond a body whose length is known.
BodyIntake::Outcome BodyIntake::receive(int socket, InputBuffer& input) {
  thread_local std::vector<char> buffer(kPieceBytes);
  const bool plain = decoder_.left().has_value();
  const std::size_t room =
      plain ? static_cast<std::size_t>(std::min<std::uint64_t>(*decoder_.left(), kPieceBytes - piece_.size()))
            : kChunkedRead;
  ssize_t n = 0;
  do {
    n = ::recv(socket, buffer.data(), room, MSG_DONTWAIT);
  } while (n < 0 && errno == EINTR);
  if (n < 0) return errno == EAGAIN || errno == EWOULDBLOCK ? Outcome::kWait : Outcome::kGone;
  if (n == 0) return Outcome::kGone;
  const std::string_view bytes(buffer.data(), static_cast<std::size_t>(n));
  if (plain) {
    piece_.append(bytes);
    decoder_.skip(bytes.size());
  } else {
    input.append(bytes);
  }
  return Outcome::kReady;
}

BodyIntake::News BodyIntake::take_delivery() {
  const auto kind = has_ended_ ? Piece::Kind::kEnd : Piece::Kind::kData;
  return [on_piece = std::exchange(wanted_, nullptr), kind, data = std::exchange(piece_, {})]() mutable {
    on_piece({kind, std::move(data)});
  };
}

bool BodyIntake::is_short(std::size_t most) const {
  return !owes_continue_ && decoder_.left() && *decoder_.left() <= most;
}

bool BodyIntake::skip(InputBuffer& input) {
  piece_.clear();
  const bool complete = decoder_.decode(input, piece_, kPieceBytes) == BodyDecoder::Progress::kComplete;
  piece_.clear();
  return complete;
}

BodyIntake::News BodyIntake::break_off(std::string why) {
  if (!wanted_) return nullptr;
  return [on_piece = std::exchange(wanted_, nullptr), why = std::move(why)]() mutable {
    on_piece({Piece::Kind::kBroken, std::move(why)});
  };
}

}  // namespace collet::http::detail
