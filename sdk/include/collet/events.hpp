// The event logs of conversations.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "collet/abi/events.h"
#include "collet/abi/host.h"
#include "collet/detail/text.hpp"

namespace collet {

struct Event {
  std::int64_t seq = 0;  ///< 1, 2, 3 … in its conversation, without gaps
  std::string text;      ///< JSON, as clients get it
};

/// A follow that goes on. A movable handle; dropping it ends the follow, also from one of its own calls.
class Follow {
 public:
  Follow() = default;
  Follow(const collet_host* host, const collet_events* table, collet_handle handle)
      : host_(host), table_(table), handle_(handle) {}
  Follow(Follow&& other) noexcept
      : host_(other.host_), table_(other.table_), handle_(std::exchange(other.handle_, 0)) {}
  Follow& operator=(Follow&& other) noexcept {
    std::swap(host_, other.host_);
    std::swap(table_, other.table_);
    std::swap(handle_, other.handle_);
    return *this;
  }
  Follow(const Follow&) = delete;
  Follow& operator=(const Follow&) = delete;
  ~Follow() { cancel(); }

  /// No call begins any more, but for the last one of `ended`; one of `event` may be under way.
  void cancel() {
    if (handle_ != 0) table_->cancel(host_, std::exchange(handle_, 0));
  }

 private:
  const collet_host* host_ = nullptr;
  const collet_events* table_ = nullptr;
  collet_handle handle_ = 0;
};

/// A value. Any thread, from the plugin's start on (also within it); blocks on the database. Throws
/// HostError: COLLET_NOT_FOUND where there is no such conversation.
class Events {
 public:
  static constexpr std::int64_t kFromNow = -1;

  Events(const collet_host* host, const collet_events* table) : host_(host), table_(table) {}

  /// The events behind `after_seq`, oldest first, at most `limit` (1000).
  std::vector<Event> read(std::string_view conversation, std::int64_t after_seq = 0, int limit = 100) const {
    std::string error;
    std::vector<Event> events;
    const auto each = [](void* context, std::int64_t seq, collet_str text) {
      static_cast<std::vector<Event>*>(context)->push_back({seq, detail::to_string(text)});
    };
    detail::check(table_->read(host_, detail::to_str(conversation), after_seq, limit, &events, each,
                               detail::into(error)),
                  error);
    return events;
  }
  /// Of the newest event; 0: there is none.
  std::int64_t last_seq(std::string_view conversation) const {
    std::string error;
    std::int64_t seq = 0;
    detail::check(table_->last_seq(host_, detail::to_str(conversation), &seq, detail::into(error)), error);
    return seq;
  }
  /// Calls `event` for each event behind `after_seq` (kFromNow: those to come), and `ended` (may be empty)
  /// once when nothing more comes. One call at a time, on the plugin's own queue: it may block, and begin
  /// before this returns. What it throws ends nothing and is lost.
  Follow follow(std::string_view conversation, std::int64_t after_seq,
                std::function<void(std::int64_t seq, std::string_view event)> event,
                std::function<void(collet_status why)> ended = {}) {
    auto calls = std::make_unique<Calls>(Calls{std::move(event), std::move(ended)});
    const collet_follower follower{sizeof(collet_follower), calls.get(), &Events::on_event,
                                   &Events::on_ended};
    std::string error;
    collet_handle handle = 0;
    detail::check(table_->follow(host_, detail::to_str(conversation), after_seq, &follower, &handle,
                                 detail::into(error)),
                  error);
    static_cast<void>(calls.release());  // on_ended owns it now
    return {host_, table_, handle};
  }
  /// Appends an event of the plugin's own; `event_json`: see collet/abi/events.h. Returns its id.
  std::string append(std::string_view conversation, std::string_view event_json) {
    std::string result;
    detail::check(
        table_->append(host_, detail::to_str(conversation), detail::to_str(event_json), detail::into(result)),
        result);
    return result;
  }

 private:
  struct Calls {
    std::function<void(std::int64_t, std::string_view)> event;
    std::function<void(collet_status)> ended;
  };
  static void on_event(void* context, std::int64_t seq, collet_str text) noexcept {
    try {
      static_cast<Calls*>(context)->event(seq, detail::to_view(text));
    } catch (...) {  // nothing may cross the boundary, and there is nobody to tell
    }
  }
  static void on_ended(void* context, collet_status why) noexcept {
    const std::unique_ptr<Calls> calls(static_cast<Calls*>(context));
    try {
      if (calls->ended) calls->ended(why);
    } catch (...) {  // as above
    }
  }

  const collet_host* host_;
  const collet_events* table_;
};

}  // namespace collet
