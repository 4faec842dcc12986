// WebSocket sessions as the fake host keeps them. For the testing headers.
#pragma once
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "collet/abi/sockets.h"
#include "collet/detail/text.hpp"

namespace collet::testing {

/// One message that the plugin has sent to a client.
struct SocketMessage {
  std::string data;
  bool binary = false;
};

namespace detail {

/// Any thread. A session that is slow takes nothing until it is quick again.
class FakeSessions {
 public:
  collet_handle open() {
    const std::lock_guard lock(mutex_);
    sessions_[++last_] = {};
    return last_;
  }
  void set_slow(collet_handle handle, bool slow) {
    const std::lock_guard lock(mutex_);
    sessions_[handle].slow = slow;
  }
  collet_status send(collet_handle handle, bool binary, collet_str data) {
    const std::lock_guard lock(mutex_);
    const auto found = sessions_.find(handle);
    if (found == sessions_.end() || found->second.close_code) return COLLET_NOT_FOUND;
    if (found->second.slow) return COLLET_UNAVAILABLE;
    found->second.messages.push_back({collet::detail::to_string(data), binary});
    changed_.notify_all();
    return COLLET_OK;
  }
  /// By the plugin, or by the client.
  collet_status close(collet_handle handle, int code) {
    const bool sendable =
        (code >= 1000 && code <= 1003) || (code >= 1005 && code <= 1014) || (code >= 3000 && code <= 4999);
    if (!sendable) return COLLET_INVALID;
    const std::lock_guard lock(mutex_);
    const auto found = sessions_.find(handle);
    if (found == sessions_.end() || found->second.close_code) return COLLET_NOT_FOUND;
    found->second.close_code = code;
    changed_.notify_all();
    return COLLET_OK;
  }
  std::vector<SocketMessage> messages(collet_handle handle) const {
    const std::lock_guard lock(mutex_);
    return sessions_.at(handle).messages;
  }
  bool wait_messages(collet_handle handle, std::size_t count, std::chrono::milliseconds limit) const {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, limit, [&] { return sessions_.at(handle).messages.size() >= count; });
  }
  /// The code that it was closed with; nothing: it is open.
  std::optional<int> close_code(collet_handle handle) const {
    const std::lock_guard lock(mutex_);
    return sessions_.at(handle).close_code;
  }
  /// True once, for a session that was closed: the plugin is to be told.
  bool take_end(collet_handle handle) {
    const std::lock_guard lock(mutex_);
    auto& session = sessions_.at(handle);
    return session.close_code && !std::exchange(session.told, true);
  }

 private:
  struct Session {
    std::vector<SocketMessage> messages;
    std::optional<int> close_code;
    bool slow = false, told = false;
  };

  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  std::map<collet_handle, Session> sessions_;
  collet_handle last_ = 0;
};

}  // namespace detail
}  // namespace collet::testing
