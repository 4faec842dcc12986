#include "plugins/event_feature.hpp"

#include <algorithm>
#include <memory>
#include <utility>

#include "plugins/boundary.hpp"
#include "plugins/event_follow.hpp"
#include "plugins/event_kinds.hpp"
#include "plugins/guest.hpp"
#include "plugins/host_features.hpp"

namespace collet::plugins {
namespace {

constexpr int kReadUsually = 100;
constexpr int kReadAtMost = 1000;

collet_status read(const collet_host* host, collet_str conversation, int64_t after_seq, int32_t limit,
                   void* context, collet_on_event each, collet_sink error) noexcept {
  return with_conversations(host, error, [&](ConversationAccess& access) -> collet_status {
    const auto events = access.read(detail::to_string(conversation), std::max<int64_t>(after_seq, 0),
                                    limit <= 0 ? kReadUsually : std::min(limit, kReadAtMost));
    if (!events) return refuse(error, events.error());
    for (const auto& event : *events) each(context, event.seq, detail::to_str(*event.body));
    return COLLET_OK;
  });
}

collet_status last_seq(const collet_host* host, collet_str conversation, int64_t* seq,
                       collet_sink error) noexcept {
  return with_conversations(host, error, [&](ConversationAccess& access) -> collet_status {
    const auto last = access.last_seq(detail::to_string(conversation));
    if (!last) return refuse(error, last.error());
    *seq = *last;
    return COLLET_OK;
  });
}

collet_status follow(const collet_host* host, collet_str conversation, int64_t after_seq,
                     const collet_follower* follower, collet_handle* follow, collet_sink error) noexcept {
  return with_conversations(host, error, [&](ConversationAccess& access) -> collet_status {
    Guest& guest = guest_of(host);
    if (follower->struct_size < sizeof(collet_follower) || follower->event == nullptr ||
        follower->ended == nullptr)
      return refuse(error, invalid("the follower lacks a function"));
    const auto pass = guest.outward.enter();  // its end is waited for before the plugin's stop
    if (!pass || !guest.may_ask())
      return refuse(error, unavailable("conversations can be followed from the plugin's start to its stop. " +
                                       guest.absence()));
    if (guest.follows.size() >= guest.household.most_open)
      return refuse(error, unavailable("too many follows"));
    const auto made = std::make_shared<EventFollow>(guest, *follower);
    std::string id = detail::to_string(conversation);
    auto subscription = access.follow(id, after_seq < 0 ? std::nullopt : std::optional(after_seq),
                                      [weak = std::weak_ptr(made)] {
                                        if (const auto self = weak.lock()) self->wake();
                                      });
    if (!subscription) return refuse(error, subscription.error());
    *follow = guest.follows.add(made);
    made->begin(*follow, std::move(id), std::move(*subscription));
    if (!guest.may_ask()) made->end(COLLET_UNAVAILABLE);  // stopping, and perhaps not seen by it
    return COLLET_OK;
  });
}

void cancel(const collet_host* host, collet_handle follow) noexcept {
  guarded({}, [&]() -> collet_status {
    if (const auto found = guest_of(host).follows.find(follow)) (*found)->end(COLLET_OK);
    return COLLET_OK;
  });
}

collet_status append(const collet_host* host, collet_str conversation, collet_str event,
                     collet_sink id_or_error) noexcept {
  return with_conversations(host, id_or_error, [&](ConversationAccess& access) -> collet_status {
    const auto own = read_own_event(detail::to_view(event));
    if (!own) return refuse(id_or_error, own.error());
    return answer(id_or_error,
                  access.append(detail::to_string(conversation), own->kind, own->source, own->members));
  });
}

}  // namespace

const collet_events kEventsFeature{sizeof(collet_events), read, last_seq, follow, cancel, append};

std::string event_queue(const std::string& plugin) { return "events of " + plugin; }

void end_follows(Guest& guest, collet_status why) {
  for (const auto& [handle, follow] : guest.follows.all()) follow->end(why);
}

void end_follows_of(Guest& guest, const std::string& conversation) {
  for (const auto& [handle, follow] : guest.follows.all())
    if (follow->conversation() == conversation) follow->end(COLLET_NOT_FOUND);
}

}  // namespace collet::plugins
