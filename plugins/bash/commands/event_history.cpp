#include "commands/event_history.hpp"

#include <algorithm>
#include <memory>
#include <utility>

#include "collet/json.hpp"

namespace collet::bash {
namespace {

constexpr int kReadAtOnce = 16;  // an event may have 2 MiB
constexpr int kMostLookedAt = 2000;
constexpr std::size_t kMaxPageBytes = 16U << 20;
constexpr std::int64_t kPurgeAtOnce = 1000;
// An event is stored after others that were stamped this much later, at most.
constexpr Micros kDisorder = 5'000'000;

// Without parsing: inside of a text the quotes would stand behind backslashes.
Micros moment_of(std::string_view event) {
  constexpr std::string_view kMember = R"("timestamp":")";
  const auto at = event.find(kMember);
  if (at == std::string_view::npos) return 0;
  const auto text = event.substr(at + kMember.size());
  return parse_timestamp(text.substr(0, text.find('"'))).value_or(0);
}

// The event of a record that passes the filters that are no indexes.
bool matches(const std::string& text, const EventSearch& search) {
  if (search.timestamp_gte || search.timestamp_lt) {
    const auto at = moment_of(text);
    if ((search.timestamp_gte && at < *search.timestamp_gte) ||
        (search.timestamp_lt && at >= *search.timestamp_lt))
      return false;
  }
  if (!search.order_gt) return true;
  const auto event = json::parse(text);
  return event && json::int_at(*event, "order").value_or(*search.order_gt) > *search.order_gt;
}

// Whether nothing that is read after this event can pass.
bool is_past(const std::string& text, const EventSearch& search) {
  if (search.newest_first) return search.timestamp_gte && moment_of(text) < *search.timestamp_gte - kDisorder;
  return search.timestamp_lt && moment_of(text) >= *search.timestamp_lt + kDisorder;
}

std::string page_id_of(const std::string& text) {
  const auto event = json::parse(text);
  if (!event) return {};
  return compact_timestamp(moment_of(text)) + "_" + json::string_or(*event, "kind") + "_" +
         json::string_or(*event, "id");
}

}  // namespace

const std::vector<std::string>& EventHistory::indexes() {
  static const std::vector<std::string> kIndexes = {"id", "kind", "command_id"};
  return kIndexes;
}

EventHistory::EventHistory(RecordLog& log) : log_(log), last_stamp_(0) {
  const auto newest = log_.read({{}, 0, true, 1});
  if (!newest.empty()) last_stamp_ = moment_of(newest.front().text);
}

Micros EventHistory::stamp() {
  const Micros now = now_micros();
  Micros last = last_stamp_;
  while (!last_stamp_.compare_exchange_weak(last, std::max(now, last + 1))) {
  }
  return std::max(now, last + 1);
}

void EventHistory::append(const BashCommand& event, Stored stored) {
  store(to_json(event), {{"id", event.id}, {"kind", "BashCommand"}}, std::move(stored));
}

void EventHistory::append(const BashOutput& event, Stored stored) {
  store(to_json(event), {{"id", event.id}, {"kind", "BashOutput"}, {"command_id", event.command_id}},
        std::move(stored));
}

void EventHistory::store(std::string text, const RecordLog::Indexes& indexes, Stored stored) {
  const auto kept = std::make_shared<const std::string>(std::move(text));
  log_.append(*kept, indexes,
              [this, kept, stored = std::move(stored)](std::int64_t position, const std::string& error) {
                if (error.empty()) {
                  const std::lock_guard lock(mutex_);
                  if (appended_) appended_(position, *kept);
                }
                if (stored) stored(error);
              });
}

void EventHistory::on_append(std::function<void(std::int64_t position, const std::string& text)> appended) {
  const std::lock_guard lock(mutex_);
  appended_ = std::move(appended);
}

std::int64_t EventHistory::last_position() const {
  const auto newest = log_.read({{}, 0, true, 1});
  return newest.empty() ? 0 : newest.front().position;
}

std::optional<std::string> EventHistory::find(std::string_view id) const {
  const auto parsed = parse_id(id);
  if (!parsed) return std::nullopt;
  auto found = log_.read({{{"id", *parsed}}, 0, false, 1});
  if (found.empty()) return std::nullopt;
  return std::move(found.front().text);
}

std::int64_t EventHistory::page_start(const std::string& page_id) const {
  const auto last = page_id.rfind('_');
  const auto id =
      last == std::string::npos ? std::nullopt : parse_id(std::string_view(page_id).substr(last + 1));
  if (!id) return 0;
  const auto found = log_.read({{{"id", *id}}, 0, false, 1});
  return found.empty() ? 0 : found.front().position;
}

// The position of the first event of this moment or later; behind the last one where there is none.
std::int64_t EventHistory::first_since(Micros at) const {
  const auto oldest = log_.read({{}, 0, false, 1});
  if (oldest.empty()) return 1;
  auto low = oldest.front().position, high = last_position() + 1;
  while (low < high) {
    const auto middle = low + (high - low) / 2;
    const auto found = log_.read({{}, middle, false, 1});
    if (!found.empty() && moment_of(found.front().text) < at)
      low = found.front().position + 1;
    else
      high = middle;
  }
  return low;
}

std::int64_t EventHistory::purge(Micros before) {
  const auto oldest = log_.read({{}, 0, false, 1});
  if (oldest.empty() || moment_of(oldest.front().text) >= before) return 0;
  return log_.erase_before(std::min(first_since(before), oldest.front().position + kPurgeAtOnce));
}

// Where to begin to read. False: nothing can be found.
bool EventHistory::set_start(const EventSearch& search, RecordLog::Query& query) const {
  if (search.command_id) {  // only outputs have one, so that the other index would add nothing
    if (search.kind == "BashCommand") return false;
    query.equals["command_id"] = *search.command_id;
  } else if (search.kind) {
    query.equals["kind"] = *search.kind;
  }
  query.descending = search.newest_first;
  query.limit = kReadAtOnce;
  if (!search.page_id.empty()) query.from_position = page_start(search.page_id);
  if (query.from_position != 0) return true;
  if (search.newest_first && search.timestamp_lt) {
    query.from_position = first_since(*search.timestamp_lt + kDisorder);
  } else if (!search.newest_first && search.timestamp_gte) {
    query.from_position = first_since(*search.timestamp_gte - kDisorder);
  }
  return true;
}

std::string EventHistory::search(const EventSearch& search) const {
  RecordLog::Query query;
  json::Writer w;
  w.object().key("items").array();
  std::optional<std::string> next;
  std::size_t bytes = 0;
  int count = 0, looked_at = 0;
  for (bool more = set_start(search, query); more;) {
    const auto records = log_.read(query);
    more = records.size() == static_cast<std::size_t>(kReadAtOnce);
    for (const auto& record : records) {
      const bool found = matches(record.text, search);
      const bool full = found && (count == search.limit || bytes > kMaxPageBytes);
      if (full || looked_at++ == kMostLookedAt) next = page_id_of(record.text);
      if (next || is_past(record.text, search)) {
        more = false;
        break;
      }
      if (!found) continue;
      w.raw(record.text);
      ++count;
      bytes += record.text.size();
    }
    if (more) query.from_position = records.back().position + (search.newest_first ? -1 : 1);
    if (query.from_position < 1) more = false;
  }
  w.end().member("next_page_id", next).end();
  return w.take();
}

}  // namespace collet::bash
