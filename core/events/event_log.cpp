#include "events/event_log.hpp"

#include <algorithm>
#include <map>
#include <mutex>
#include <utility>

#include "events/event_filter.hpp"
#include "events/topic.hpp"
#include "storage/conversation_rows.hpp"
#include "storage/database.hpp"
#include "storage/event_store.hpp"

namespace collet::events {

namespace event_store = storage::event_store;

namespace {

constexpr std::string_view kMessage = "MessageEvent";
constexpr int kReadAtOnce = 256;  // events of one read for a follower that is behind

Event event_of(storage::EventRow& row) {
  return {row.seq,
          std::move(row.id),
          std::move(row.kind),
          std::move(row.source),
          event_timestamp(row.timestamp),
          std::make_shared<const std::string>(std::move(row.body))};
}

/// What one append stores. Lives until it is committed; `stored` is set anew by each attempt.
struct Append {
  std::string conversation;
  std::vector<Draft> drafts;
  std::optional<storage::ConversationRow> row;
  EventLog::Appended done;
  std::vector<Event> stored = {};

  std::size_t bytes() const {
    std::size_t sum = row ? row->body.size() : 0;
    for (const auto& draft : drafts) sum += draft.tail.size();
    return sum;
  }
  void store(storage::Session& session);
};

void Append::store(storage::Session& session) {
  stored.clear();
  const auto claim = row ? row->claim : std::nullopt;
  auto end = event_store::end_of(session, conversation, claim);
  for (const auto& draft : drafts) {
    end = {end.seq + 1, std::max(now_micros(), end.timestamp + 1)};
    const std::string timestamp = event_timestamp(end.timestamp);
    std::string body = R"({"id":")" + draft.id + R"(","timestamp":")" + timestamp + "\"," + draft.tail;
    storage::EventRow event{end.seq, draft.id, draft.kind, draft.source, end.timestamp, std::move(body)};
    event_store::insert_later(session, conversation, event, claim);
    stored.push_back(event_of(event));
  }
  if (!drafts.empty()) session.announce("events " + conversation + " " + std::to_string(end.seq));
  if (!row) return;
  if (!drafts.empty()) row->updated_at = end.timestamp;
  if (row->claim) return storage::conversation_rows::save_claimed_later(session, *row);
  storage::conversation_rows::save(session, *row);
}

/// A query as ranges of the log. The views point into the query.
struct Plan {
  storage::EventRange range;
  std::string folded_body;
  bool nothing = false;  ///< the filters exclude each other
};

Plan plan_for(storage::Session& session, const std::string& conversation, const Query& query) {
  Plan plan;
  plan.range.kind = short_kind(query.kind);
  plan.range.source = query.source;
  plan.range.descending = query.descending;
  if (!query.body.empty()) {
    plan.nothing = !query.kind.empty() && plan.range.kind != kMessage;
    plan.range.kind = kMessage;
    plan.folded_body = fold_case(query.body);
  }
  // Timestamps grow with seq, so bounds in time are bounds in seq.
  if (query.timestamp_gte)
    plan.range.first = event_store::seq_before(session, conversation, *query.timestamp_gte) + 1;
  if (query.timestamp_lt)
    plan.range.last = event_store::seq_before(session, conversation, *query.timestamp_lt);
  if (!query.page_id.empty()) {
    if (const auto seq = event_store::seq_of(session, conversation, query.page_id)) {
      if (query.descending) {
        plan.range.last = std::min(plan.range.last, *seq);
      } else {
        plan.range.first = std::max(plan.range.first, *seq);
      }
    }
  }
  return plan;
}

Page search_page(storage::Session& session, const std::string& conversation, const Query& query) {
  Page page;
  const auto plan = plan_for(session, conversation, query);
  if (plan.nothing || query.limit <= 0) return page;
  const auto limit = static_cast<std::size_t>(query.limit);
  // One more than the page holds: the next page begins with it. A body filter has to look at what is stored.
  const std::int64_t rows = plan.folded_body.empty() ? std::int64_t{query.limit} + 1 : INT64_MAX;
  event_store::visit(session, conversation, plan.range, rows, [&](storage::EventRow& row) {
    if (!plan.folded_body.empty() && !message_contains(row.body, plan.folded_body)) return true;
    if (page.items.size() == limit) {
      page.next_page_id = std::move(row.id);
      return plan.folded_body.empty();  // by itself at its end: stopping early costs the kept statement
    }
    page.items.push_back(event_of(row));
    return true;
  });
  return page;
}

std::int64_t count_events(storage::Session& session, const std::string& conversation, const Query& query) {
  Query whole = query;
  whole.page_id.clear();
  const auto plan = plan_for(session, conversation, whole);
  if (plan.nothing) return 0;
  if (plan.folded_body.empty()) {
    if (!plan.range.kind.empty() || !plan.range.source.empty())
      return event_store::count(session, conversation, plan.range);
    // seq has no gaps, so without a filter there is nothing to count.
    const auto last = std::min(plan.range.last, event_store::end_of(session, conversation).seq);
    return std::max<std::int64_t>(0, last - plan.range.first + 1);
  }
  std::int64_t count = 0;
  event_store::visit(session, conversation, plan.range, INT64_MAX, [&](storage::EventRow& row) {
    if (message_contains(row.body, plan.folded_body)) ++count;
    return true;
  });
  return count;
}

}  // namespace

struct EventLog::Impl {
  Impl(storage::Database& where, const Limits& bounds) : database(where), limits(bounds) {}

  storage::Database& database;
  const Limits limits;
  std::mutex mutex;  // taken before a topic's
  std::map<std::string, std::shared_ptr<Topic>> topics;

  std::shared_ptr<Topic> topic(const std::string& conversation) {
    const std::lock_guard lock(mutex);
    const auto found = topics.find(conversation);
    return found == topics.end() ? nullptr : found->second;
  }
  void publish(const std::string& conversation, const std::vector<Event>& events) {
    if (const auto found = topic(conversation)) found->publish(events);
  }
  void leave(const std::string& conversation, const std::shared_ptr<Topic>& topic, const Follower* follower) {
    const std::lock_guard lock(mutex);
    if (!topic->remove(follower)) return;
    const auto found = topics.find(conversation);
    if (found != topics.end() && found->second == topic) topics.erase(found);
  }
  Result<std::vector<Event>> read(const std::string& conversation, std::int64_t first, std::int64_t last,
                                  int limit, std::size_t bytes) const;
};

Result<std::vector<Event>> EventLog::Impl::read(const std::string& conversation, std::int64_t first,
                                                std::int64_t last, int limit, std::size_t bytes) const {
  return database.read([&](storage::Session& session) {
    std::vector<Event> events;
    std::size_t sum = 0;
    event_store::visit(session, conversation, {.first = first, .last = last}, limit,
                       [&](storage::EventRow& row) {
                         sum += row.body.size();
                         events.push_back(event_of(row));
                         return sum < bytes;
                       });
    return events;
  });
}

EventLog::EventLog(storage::Database& database) : EventLog(database, Limits{}) {}
EventLog::EventLog(storage::Database& database, Limits limits)
    : impl_(std::make_shared<Impl>(database, limits)) {}
EventLog::~EventLog() = default;

void EventLog::append(const std::string& conversation, std::vector<Draft> drafts,
                      std::optional<storage::ConversationRow> row, Appended done) {
  auto append =
      std::make_shared<Append>(Append{conversation, std::move(drafts), std::move(row), std::move(done)});
  const std::size_t bytes = append->bytes();
  impl_->database.write(
      [append, impl = impl_](storage::Session& session) -> Result<void> {
        append->store(session);
#ifdef COLLET_PUBLISH_BEFORE_COMMIT
        impl->publish(append->conversation, append->stored);
#endif
        return {};
      },
      [append, impl = impl_](Result<void> outcome) {
        if (outcome) impl->publish(append->conversation, append->stored);
        if (!append->done) return;
        append->done(outcome ? Result<std::vector<Event>>(std::move(append->stored))
                             : Result<std::vector<Event>>(outcome.error()));
      },
      bytes);
}

void EventLog::broadcast(const std::string& conversation, Frame frame) {
  if (const auto topic = impl_->topic(conversation)) topic->broadcast(frame);
}

Result<Page> EventLog::search(const std::string& conversation, const Query& query) const {
  return impl_->database.read(
      [&](storage::Session& session) { return search_page(session, conversation, query); });
}

Result<std::int64_t> EventLog::count(const std::string& conversation, const Query& query) const {
  return impl_->database.read(
      [&](storage::Session& session) { return count_events(session, conversation, query); });
}

Result<Event> EventLog::get(const std::string& conversation, const std::string& event_id) const {
  return impl_->database.read([&](storage::Session& session) -> Result<Event> {
    auto row = event_store::get(session, conversation, event_id);
    if (!row) return not_found("Event not found: " + event_id);
    return event_of(*row);
  });
}

Result<std::vector<Event>> EventLog::read(const std::string& conversation, std::int64_t after_seq,
                                          int limit) const {
  return impl_->read(conversation, after_seq + 1, INT64_MAX, limit, SIZE_MAX);
}

Result<std::int64_t> EventLog::last_seq(const std::string& conversation) const {
  return impl_->database.read(
      [&](storage::Session& session) { return event_store::end_of(session, conversation).seq; });
}

Result<std::int64_t> EventLog::seq_before(const std::string& conversation, Micros at) const {
  return impl_->database.read(
      [&](storage::Session& session) { return event_store::seq_before(session, conversation, at); });
}

Result<std::shared_ptr<Subscription>> EventLog::follow(const std::string& conversation,
                                                       std::optional<std::int64_t> after_seq, Frame first,
                                                       std::function<void()> wake) {
  std::shared_ptr<Follower> follower;
  std::shared_ptr<Topic> topic;
  {
    const std::lock_guard lock(impl_->mutex);
    auto& entry = impl_->topics[conversation];
    if (!entry) entry = std::make_shared<Topic>(impl_->limits);
    topic = entry;
    follower = std::make_shared<Follower>(
        topic, std::move(first), std::move(wake),
        [impl = impl_, conversation](std::int64_t from, std::int64_t to, std::size_t bytes) {
          return impl->read(conversation, from, to, kReadAtOnce, bytes);
        },
        [impl = impl_, conversation, topic](const Follower* gone) {
          impl->leave(conversation, topic, gone);
        });
    if (!topic->add(follower)) topic = nullptr;
  }
  if (!topic) return unavailable("Too many subscribers");
  // In this order nothing falls between: from here on publishing reaches the topic, and what was published
  // before is in the database by now.
  const auto last = last_seq(conversation);
  if (!last) return last.error();
  const auto reached = topic->reached(*last);
  follower->start_at(after_seq ? *after_seq + 1 : reached + 1);
  return std::shared_ptr<Subscription>(std::move(follower));
}

void EventLog::reached(const std::string& conversation, std::int64_t seq) {
  if (const auto topic = impl_->topic(conversation)) topic->advance(seq);
}

void EventLog::look_again() {
  std::map<std::string, std::shared_ptr<Topic>> topics;
  {
    const std::lock_guard lock(impl_->mutex);
    topics = impl_->topics;
  }
  for (const auto& [conversation, topic] : topics)
    if (const auto last = last_seq(conversation)) topic->advance(*last);
}

void EventLog::forget(const std::string& conversation) {
  const std::lock_guard lock(impl_->mutex);
  impl_->topics.erase(conversation);
}

}  // namespace collet::events
