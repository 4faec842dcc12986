#include "plugins/request_body.hpp"

#include <utility>

#include "base/log.hpp"
#include "plugins/boundary.hpp"
#include "plugins/guest.hpp"

namespace collet::plugins {
namespace {

using Kind = http::Piece::Kind;

std::int32_t to_kind(Kind kind) {
  switch (kind) {
    case Kind::kData:
      return COLLET_PIECE_DATA;
    case Kind::kEnd:
      return COLLET_PIECE_END;
    case Kind::kBroken:
      break;
  }
  return COLLET_PIECE_BROKEN;
}

// The context of a collet_body is the guest.
collet_status next_piece(void* context, collet_handle handle, void* receiver,
                         collet_on_piece on_piece) noexcept {
  auto& guest = *static_cast<Guest*>(context);
  return guarded({}, [&]() -> collet_status {
    const auto body = guest.bodies.find(handle).value_or(nullptr);
    return body == nullptr ? COLLET_NOT_FOUND : body->next(receiver, on_piece);
  });
}

void release_body(void* context, collet_handle handle) noexcept {
  auto& guest = *static_cast<Guest*>(context);
  guarded({}, [&]() -> collet_status {
    if (const auto body = guest.bodies.find(handle).value_or(nullptr)) body->release("it was released");
    return COLLET_OK;
  });
}

}  // namespace

collet_body RequestBody::begin() {
  handle_ = guest_.bodies.add(shared_from_this());
  return {&guest_, handle_, &next_piece, &release_body};
}

collet_status RequestBody::next(void* receiver, collet_on_piece on_piece) {
  std::shared_ptr<http::BodyStream> stream;
  {
    const std::lock_guard lock(mutex_);
    if (!stream_) return COLLET_NOT_FOUND;
    if (asked_) return COLLET_CONFLICT;
    asked_ = Asked{receiver, on_piece};
    stream = stream_;
  }
  stream->next([self = shared_from_this()](http::Piece piece) { self->arrive(std::move(piece)); });
  return COLLET_OK;
}

void RequestBody::arrive(http::Piece piece) {
  std::shared_ptr<http::BodyStream> ended;  // goes when the lock is free
  {
    const std::lock_guard lock(mutex_);
    if (!asked_ || piece_) return;  // released meanwhile
    if (piece.kind != Kind::kData) ended = std::exchange(stream_, nullptr);
    piece_ = std::move(piece);
  }
  post();
}

void RequestBody::release(const std::string& why) {
  std::shared_ptr<http::BodyStream> ended;
  bool is_done = false;
  {
    const std::lock_guard lock(mutex_);
    ended = std::exchange(stream_, nullptr);
    if (piece_) return;  // it is on its way, and the last one
    if (asked_)
      piece_ = http::Piece{Kind::kBroken, why};
    else
      is_done = delivering_ == 0;
  }
  if (is_done)
    guest_.bodies.take(handle_);
  else if (ended)
    post();
}

void RequestBody::post() {
  auto& pool = guest_.household.streams;
  if (!pool.post(stream_queue(guest_.name), [self = shared_from_this()] { self->deliver(); })) deliver();
}

void RequestBody::deliver() {
  std::unique_lock lock(mutex_);
  if (!piece_ || !asked_) return;
  const Asked asked = *std::exchange(asked_, std::nullopt);
  const http::Piece piece = *std::exchange(piece_, std::nullopt);
  ++delivering_;
  lock.unlock();
  const auto thrown =
      caught([&] { asked.on_piece(asked.receiver, to_kind(piece.kind), detail::to_str(piece.data)); });
  if (!thrown.empty()) guest_.log_error("what takes a body threw: " + thrown);
  lock.lock();
  --delivering_;
  const bool is_done = !stream_ && !asked_ && delivering_ == 0;
  lock.unlock();
  if (is_done) guest_.bodies.take(handle_);
}

void end_bodies(Guest& guest, const std::string& why) {
  for (const auto& [handle, body] : guest.bodies.all()) body->release(why);
}

}  // namespace collet::plugins
