#include "commands/event_history.hpp"

#include "collet/json.hpp"

namespace collet::bash {
namespace {

constexpr int kReadAtOnce = 16;  // an event may have 2 MiB
constexpr std::size_t kMaxPageBytes = 16U << 20;

// The event of a record that passes the filters that are no indexes.
bool matches(const json::Value& event, const EventSearch& search) {
  if (search.order_gt && json::int_at(event, "order").value_or(*search.order_gt) <= *search.order_gt)
    return false;
  if (!search.timestamp_gte && !search.timestamp_lt) return true;
  const auto at = parse_timestamp(json::string_or(event, "timestamp")).value_or(0);
  return (!search.timestamp_gte || at >= *search.timestamp_gte) &&
         (!search.timestamp_lt || at < *search.timestamp_lt);
}

std::string page_id_of(const json::Value& event) {
  const auto at = parse_timestamp(json::string_or(event, "timestamp")).value_or(0);
  return compact_timestamp(at) + "_" + json::string_or(event, "kind") + "_" + json::string_or(event, "id");
}

}  // namespace

const std::vector<std::string>& EventHistory::indexes() {
  static const std::vector<std::string> kIndexes = {"id", "kind", "command_id"};
  return kIndexes;
}

void EventHistory::append(const BashCommand& event) {
  store(to_json(event), {{"id", event.id}, {"kind", "BashCommand"}});
}

void EventHistory::append(const BashOutput& event) {
  store(to_json(event), {{"id", event.id}, {"kind", "BashOutput"}, {"command_id", event.command_id}});
}

void EventHistory::store(const std::string& text, const std::map<std::string, std::string>& indexes) {
  const auto position = log_.append(text, indexes);
  const std::lock_guard lock(mutex_);
  if (appended_) appended_(position, text);
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

std::string EventHistory::search(const EventSearch& search) const {
  RecordLog::Query query;
  if (search.kind) query.equals["kind"] = *search.kind;
  if (search.command_id) query.equals["command_id"] = *search.command_id;
  query.descending = search.newest_first;
  query.limit = kReadAtOnce;
  if (!search.page_id.empty()) query.from_position = page_start(search.page_id);

  json::Writer w;
  w.object().key("items").array();
  std::optional<std::string> next;
  std::size_t bytes = 0;
  for (int count = 0; !next;) {
    const auto records = log_.read(query);
    for (const auto& record : records) {
      const auto event = json::parse(record.text);
      if (!event || !matches(*event, search)) continue;
      if (count == search.limit || bytes > kMaxPageBytes) {
        next = page_id_of(*event);
        break;
      }
      w.raw(record.text);
      ++count;
      bytes += record.text.size();
    }
    if (records.size() < static_cast<std::size_t>(kReadAtOnce)) break;
    query.from_position = records.back().position + (search.newest_first ? -1 : 1);
    if (query.from_position < 1) break;
  }
  w.end().member("next_page_id", next).end();
  return w.take();
}

}  // namespace collet::bash
