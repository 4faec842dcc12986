// For the unit tests: sessions that keep what they are sent, up to a number of texts.
#pragma once
#include <condition_variable>
#include <cstddef>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "collet/abi/entry.h"
#include "collet/socket.hpp"

namespace collet::bash::testing {

class KeptSessions {
 public:
  Sessions sessions() const { return {&host_, &kTable}; }
  void open(SessionId session, std::size_t room = 1'000'000) {
    const std::lock_guard lock(mutex_);
    all_[session].room = room;
  }
  /// Waits for that many texts.
  std::vector<std::string> wait_for(SessionId session, std::size_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return all_[session].texts.size() >= count; });
    return all_[session].texts;
  }
  /// Waits until this is in the binary messages, put together; all of them.
  std::string wait_for_bytes(SessionId session, const std::string& part) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return all_[session].bytes.find(part) != std::string::npos; });
    return all_[session].bytes;
  }
  std::string bytes(SessionId session) {
    const std::lock_guard lock(mutex_);
    return all_[session].bytes;
  }
  int wait_for_close(SessionId session) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return all_[session].code != 0; });
    return all_[session].code;
  }
  void make_room(SessionId session, std::size_t room) {
    const std::lock_guard lock(mutex_);
    all_[session].room += room;
  }

 private:
  struct One {
    std::size_t room = 0;
    std::vector<std::string> texts;
    std::string bytes;  // of binary messages
    int code = 0;
  };

  static KeptSessions& self(const collet_host* host) { return *static_cast<KeptSessions*>(host->context); }
  static collet_status send(const collet_host* host, collet_handle session, std::int32_t binary,
                            collet_str data) noexcept {
    auto& kept = self(host);
    const std::lock_guard lock(kept.mutex_);
    auto& one = kept.all_[session];
    if (one.code != 0) return COLLET_NOT_FOUND;
    if (one.room == 0) return COLLET_UNAVAILABLE;
    --one.room;
    if (binary != 0)
      one.bytes += collet::detail::to_view(data);
    else
      one.texts.push_back(collet::detail::to_string(data));
    kept.changed_.notify_all();
    return COLLET_OK;
  }
  static void broadcast(const collet_host* host, const collet_handle* sessions, std::size_t count,
                        std::int32_t binary, collet_str data, collet_status* results) noexcept {
    for (std::size_t i = 0; i < count; ++i) results[i] = send(host, sessions[i], binary, data);
  }
  static collet_status close(const collet_host* host, collet_handle session, std::int32_t code,
                             collet_str) noexcept {
    auto& kept = self(host);
    const std::lock_guard lock(kept.mutex_);
    kept.all_[session].code = code;
    kept.changed_.notify_all();
    return COLLET_OK;
  }
  static collet_status budget(const collet_host*, collet_handle, std::uint64_t*, std::uint64_t*) noexcept {
    return COLLET_NOT_FOUND;
  }
  static constexpr collet_sessions kTable{sizeof(collet_sessions), send, broadcast, close, budget};

  const collet_host host_{sizeof(collet_host), COLLET_ABI_MAJOR, COLLET_ABI_MINOR, this, nullptr};
  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<SessionId, One> all_;
};

}  // namespace collet::bash::testing
