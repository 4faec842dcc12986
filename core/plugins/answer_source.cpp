#include "plugins/answer_source.hpp"

#include <utility>

#include "base/log.hpp"
#include "plugins/boundary.hpp"
#include "plugins/guest.hpp"

namespace collet::plugins {
namespace {

using Kind = http::Piece::Kind;

Kind to_kind(std::int32_t kind) {
  return kind == COLLET_PIECE_DATA ? Kind::kData : kind == COLLET_PIECE_END ? Kind::kEnd : Kind::kBroken;
}

// collet_piece::give; the context is the guest.
void give_piece(void* context, collet_handle handle, int32_t kind, collet_str data) noexcept {
  auto& guest = *static_cast<Guest*>(context);
  guarded({}, [&]() -> collet_status {
    if (const auto source = guest.pieces.take(handle).value_or(nullptr))
      source->take(handle, {to_kind(kind), detail::to_string(data)});
    return COLLET_OK;
  });
}

}  // namespace

void SourceCalls::begin() { handle_ = guest_.sources.add(shared_from_this()); }

void SourceCalls::read(http::Source::Give give) {
  {
    std::unique_lock lock(mutex_);
    if (ended_) {
      const std::string why = why_;
      lock.unlock();
      return give({Kind::kBroken, why});
    }
    give_ = std::move(give);
    wanted_ = true;
  }
  wake();
}

void SourceCalls::take(collet_handle number, http::Piece piece) {
  http::Source::Give give;
  {
    const std::lock_guard lock(mutex_);
    if (number != piece_) return;
    piece_ = 0;
    give = std::exchange(give_, nullptr);
  }
  if (give) give(std::move(piece));
}

void SourceCalls::end(const std::string& why) {
  http::Source::Give give;
  collet_handle owed = 0;
  {
    const std::lock_guard lock(mutex_);
    if (std::exchange(ended_, true)) return;
    why_ = why;
    give = std::exchange(give_, nullptr);
    owed = std::exchange(piece_, 0);
  }
  if (owed != 0) guest_.pieces.take(owed);
  wake();
  if (give && !why.empty()) give({Kind::kBroken, why});
}

void SourceCalls::wake() {
  {
    const std::lock_guard lock(mutex_);
    if (std::exchange(queued_, true)) return;
  }
  auto& pool = guest_.household.streams;
  if (!pool.post(stream_queue(guest_.name), [self = shared_from_this()] { self->work(); })) work();
}

// One call, then to the end of the queue, so that no answer keeps the others waiting.
void SourceCalls::work() {
  std::unique_lock lock(mutex_);
  if (ended_) {  // and stays queued: nothing follows
    lock.unlock();
    return enter_release();
  }
  if (std::exchange(wanted_, false)) {
    const auto number = piece_ = guest_.pieces.add(shared_from_this());
    lock.unlock();
    enter_read(number);
    lock.lock();
  }
  queued_ = false;
  if (!ended_ && !wanted_) return;
  lock.unlock();
  wake();
}

void SourceCalls::enter_read(collet_handle number) {
  const auto pass = guest_.gate.enter();
  const auto thrown = pass ? caught([&] {
    source_.read(source_.context, {&guest_, number, &give_piece});
  })
                           : guest_.absence();
  if (thrown.empty()) return;
  guest_.pieces.take(number);
  take(number, {Kind::kBroken, thrown});
}

// Not through the gate: its stop waits until all sources are gone.
void SourceCalls::enter_release() {
  const auto thrown = caught([&] { source_.release(source_.context); });
  if (!thrown.empty()) guest_.log_error("the release of an answer's source threw: " + thrown);
  guest_.sources.take(handle_);
}

void end_sources(Guest& guest, const std::string& why) {
  for (const auto& [handle, source] : guest.sources.all()) source->end(why);
}

}  // namespace collet::plugins
