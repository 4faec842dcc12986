#include "chat_stream.hpp"

#include <iterator>

namespace collet::gateway {

void ChatStream::add(std::vector<std::string> frames) {
  std::unique_lock lock(mutex_);
  if (ended_) return;
  std::move(frames.begin(), frames.end(), std::back_inserter(frames_));
  hand_over(std::move(lock));
}

void ChatStream::end(std::vector<std::string> frames) {
  std::unique_lock lock(mutex_);
  if (std::exchange(ended_, true)) return;
  std::move(frames.begin(), frames.end(), std::back_inserter(frames_));
  hand_over(std::move(lock));
}

void ChatStream::beat() {
  std::unique_lock lock(mutex_);
  if (!owed_) return;
  frames_.emplace_back(": working\n\n");
  hand_over(std::move(lock));
}

void ChatStream::ask(PieceReply reply) {
  std::unique_lock lock(mutex_);
  owed_.emplace(std::move(reply));
  hand_over(std::move(lock));
}

void ChatStream::leave() {
  std::optional<PieceReply> dropped;  // outside of the lock
  const std::lock_guard lock(mutex_);
  ended_ = true;
  frames_.clear();
  dropped.swap(owed_);
}

// As much as fits into a piece, if it is asked for.
void ChatStream::hand_over(std::unique_lock<std::mutex> lock) {
  if (!owed_ || (frames_.empty() && !ended_)) return;
  auto reply = *std::exchange(owed_, std::nullopt);
  std::string piece;
  while (!frames_.empty() && (piece.empty() || piece.size() + frames_.front().size() <= COLLET_PIECE_BYTES)) {
    piece += frames_.front();
    frames_.pop_front();
  }
  const bool is_last = ended_ && frames_.empty();
  lock.unlock();
  is_last ? reply.end(piece) : reply.more(piece);
}

}  // namespace collet::gateway
