#include "trajectory/trajectory_source.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <utility>

#include "collet/json.hpp"
#include "trajectory/redaction.hpp"

namespace collet::file {
namespace {

constexpr std::size_t kPieceBytes = 128 * 1024;
constexpr int kPageEvents = 20;  // events may be large

// What belongs to the conversation itself, not to the state that its agent is in.
constexpr std::array<std::string_view, 12> kMetaMembers = {"workspace",
                                                           "worktree",
                                                           "parent_conversation_id",
                                                           "max_iterations",
                                                           "stuck_detection",
                                                           "tags",
                                                           "user_id",
                                                           "created_at",
                                                           "updated_at",
                                                           "metrics",
                                                           "forked_from_conversation_id",
                                                           "title"};

std::string without_dashes(std::string id) {
  id.erase(std::remove(id.begin(), id.end(), '-'), id.end());
  return id;
}

std::string meta_of(const std::string& document, const std::string& name) {
  json::Writer w;
  w.object().member("id", name);
  if (const auto parsed = json::parse(document))
    for (const auto member : kMetaMembers)
      if (const auto* value = json::find(*parsed, member)) w.member(member, *value);
  return w.end().take();
}

// "event-00000-ID.json"; the first one has number 0.
std::string event_name(const Event& event) {
  char number[32];
  std::snprintf(number, sizeof(number), "%05lld", static_cast<long long>(event.seq - 1));
  const auto parsed = json::parse(event.text);
  auto id = parsed ? json::string_or(*parsed, "id") : std::string();
  if (id.size() > 64 || id.find_first_of("/\\") != std::string::npos) id.clear();
  return std::string("event-") + number + "-" + id + ".json";
}

}  // namespace

TrajectorySource::TrajectorySource(const Host& host, std::string conversation)
    : events_(host.events()),
      conversation_(std::move(conversation)),
      name_(without_dashes(conversation_)),
      document_(host.conversations().get(conversation_)),
      last_(events_.last_seq(conversation_)),
      mask_(host.masking().open(conversation_)),
      writer_(ArchiveWriter::Format::kZip) {
  add("base_state.json", document_);
}

void TrajectorySource::add(const std::string& name, std::string_view json) {
  const auto text = redacted(json, [this](std::string_view part) { return mask_.push(part, true); });
  writer_.add({.name = name_ + "/" + name, .size = text.size()}, text);
}

void TrajectorySource::add_events() {
  const auto page = events_.read(conversation_, seq_, kPageEvents);
  if (page.empty()) return finish();
  for (const auto& event : page) {
    if (event.seq > last_) return finish();
    add("events/" + event_name(event), event.text);
    seq_ = event.seq;
  }
}

void TrajectorySource::finish() {
  add("meta.json", meta_of(document_, name_));
  writer_.close();
  ended_ = true;
}

std::optional<std::string> TrajectorySource::pull() {
  if (!ended_ && writer_.ready() < kPieceBytes) seq_ < last_ ? add_events() : finish();
  if (ended_ && writer_.ready() == 0) return std::nullopt;
  return writer_.take();
}

}  // namespace collet::file
