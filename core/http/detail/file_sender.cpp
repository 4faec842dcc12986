#include "http/detail/file_sender.hpp"

#include <fcntl.h>
#include <sys/sendfile.h>

#include <algorithm>
#include <cerrno>

namespace collet::http::detail {
namespace {

constexpr std::uint64_t kTurnBytes = 1024 * 1024;
constexpr std::uint64_t kReadAhead = 4 * 1024 * 1024;

}  // namespace

FileSender::FileSender(FilePart part) : part_(std::move(part)), announced_(part_.offset) {}

FileSender::Progress FileSender::send(int socket) {
  const auto end = part_.offset + part_.length;
  if (announced_ < end && announced_ < part_.offset + kReadAhead / 2) {
    const auto from = std::max(announced_, part_.offset);
    announced_ = std::min(end, part_.offset + kReadAhead);
    ::posix_fadvise(part_.fd.get(), static_cast<off_t>(from), static_cast<off_t>(announced_ - from),
                    POSIX_FADV_WILLNEED);
  }
  std::uint64_t turn = kTurnBytes;
  while (part_.length > 0) {
    if (turn == 0) return Progress::kTurn;
    auto offset = static_cast<off_t>(part_.offset);
    const auto n =
        ::sendfile(socket, part_.fd.get(), &offset, static_cast<std::size_t>(std::min(part_.length, turn)));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return Progress::kFull;
    if (n < 0 && (errno == EPIPE || errno == ECONNRESET || errno == ENOTCONN || errno == ETIMEDOUT))
      return Progress::kGone;
    if (n <= 0) return Progress::kShort;
    const auto sent = static_cast<std::uint64_t>(n);
    part_.offset += sent;
    part_.length -= sent;
    turn -= std::min(turn, sent);
  }
  return Progress::kDone;
}

}  // namespace collet::http::detail
