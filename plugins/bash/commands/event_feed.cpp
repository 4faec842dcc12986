#include "commands/event_feed.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace collet::bash {
namespace {

constexpr int kReadAtOnce = 8;  // an event may have 2 MiB
constexpr int kTryLater = 1013;

}  // namespace

EventFeed::EventFeed(Sessions sessions, EventHistory& history, Limits limits,
                     std::function<void(const std::string&)> failed)
    : sessions_(sessions),
      history_(history),
      limits_(limits),
      last_(history.last_position()),
      worker_(std::move(failed)) {
  history_.on_append([this](std::int64_t position, const std::string& text) { published(position, text); });
}

EventFeed::~EventFeed() { history_.on_append(nullptr); }

void EventFeed::add(SessionId session, bool from_beginning) {
  const std::lock_guard lock(mutex_);
  if (readers_.size() >= limits_.readers)
    return sessions_.close(session, kTryLater, "Too many bash event connections");
  Reader& reader = readers_[session];
  reader.live = !from_beginning;
  reader.next = from_beginning ? 1 : last_ + 1;
  if (from_beginning) wake(session, reader);
}

void EventFeed::remove(SessionId session) {
  const std::lock_guard lock(mutex_);
  readers_.erase(session);
}

void EventFeed::drained(SessionId session) {
  const std::lock_guard lock(mutex_);
  if (const auto found = readers_.find(session); found != readers_.end()) wake(session, found->second);
}

void EventFeed::tell(SessionId session, std::string text) {
  const std::lock_guard lock(mutex_);
  const auto found = readers_.find(session);
  if (found == readers_.end()) return;
  auto& own = found->second.own;
  if (own.empty() && sessions_.send(session, text) != Sent::kFull) return;
  if (own.size() >= limits_.own_texts) return sessions_.close(session, kTryLater, "Too much is unread");
  own.push_back(std::move(text));
}

// Two events may be published in the wrong order; whoever sees a gap reads the history.
void EventFeed::published(std::int64_t position, const std::string& text) {
  const std::lock_guard lock(mutex_);
  last_ = std::max(last_, position);
  std::vector<SessionId> ready;
  for (auto& [session, reader] : readers_) {
    if (!reader.live || reader.next > position) continue;
    if (reader.next == position) {
      ready.push_back(session);
    } else {
      reader.live = false;
      wake(session, reader);
    }
  }
  if (ready.empty()) return;
  const auto results = sessions_.broadcast(ready, text);
  for (std::size_t i = 0; i < ready.size(); ++i) {
    Reader& reader = readers_[ready[i]];
    if (results[i] == Sent::kQueued)
      reader.next = position + 1;
    else
      reader.live = false;  // full: drained() wakes it
  }
}

void EventFeed::wake(SessionId session, Reader& reader) {
  if (std::exchange(reader.queued, true)) return;
  worker_.post([this, session] { pump(session); });
}

// On the worker's thread: one piece of the history, then it is the next reader's turn.
void EventFeed::pump(SessionId session) {
  std::int64_t from = 0, known = 0;
  {
    const std::lock_guard lock(mutex_);
    const auto found = readers_.find(session);
    if (found == readers_.end()) return;
    found->second.queued = false;
    if (!flush(session, found->second) || found->second.live) return;
    from = found->second.next;
    known = last_;
  }
  std::vector<RecordLog::Record> records;
  try {
    records = history_.read(from, kReadAtOnce);
  } catch (...) {
    sessions_.close(session, kTryLater, "The events cannot be read now");
    throw;
  }
  const std::lock_guard lock(mutex_);
  if (const auto found = readers_.find(session); found != readers_.end())
    take(session, found->second, records, known);
}

// False: there is no room for all of them.
bool EventFeed::flush(SessionId session, Reader& reader) {
  while (!reader.own.empty()) {
    if (sessions_.send(session, reader.own.front()) == Sent::kFull) return false;
    reader.own.pop_front();
  }
  return true;
}

// `known`: the newest event when the history was read.
void EventFeed::take(SessionId session, Reader& reader, const std::vector<RecordLog::Record>& records,
                     std::int64_t known) {
  for (const auto& record : records) {
    if (sessions_.send(session, record.text) != Sent::kQueued) return;
    reader.next = record.position + 1;
  }
  // What is missing up to there was erased.
  if (records.size() < static_cast<std::size_t>(kReadAtOnce)) reader.next = std::max(reader.next, known + 1);
  if (reader.next > last_)
    reader.live = true;
  else
    wake(session, reader);
}

}  // namespace collet::bash
