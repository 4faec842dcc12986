// What lies behind the fake host, scripted by the test: conversations and their events, settings, secrets,
// the network. For the testing headers.
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "collet/abi/conversations.h"
#include "collet/abi/events.h"
#include "collet/abi/http_client.h"
#include "collet/abi/secrets.h"
#include "collet/abi/settings.h"
#include "collet/http_client.hpp"
#include "collet/testing/detail/json_check.hpp"

namespace collet::testing {

/// One message that the plugin has sent to a conversation.
struct SentMessage {
  std::string conversation;
  std::string message;  ///< JSON
};

namespace detail {

/// Any thread. Nothing is called with the lock held, but followers: each gets one event at a time.
class FakeWorld {
 public:
  struct Conversation {
    std::string document = "{}";
    std::vector<std::string> events;  // the first has seq 1
  };
  using Answer = std::function<HttpResult(const HttpRequest&)>;

  // ---- for the test
  void add_conversation(const std::string& id, std::string document) {
    const std::lock_guard lock(mutex_);
    conversations_[id].document = std::move(document);
  }
  void add_event(const std::string& id, std::string event) {
    const std::lock_guard lock(mutex_);
    auto& events = conversations_[id].events;
    events.push_back(std::move(event));
    const auto seq = static_cast<std::int64_t>(events.size());
    const std::string text = events.back();
    const auto followers = followers_;
    for (const auto& [handle, follow] : followers)
      if (follow.conversation == id && followers_.contains(handle))
        follow.follower.event(follow.follower.context, seq, collet::detail::to_str(text));
  }
  Conversation conversation(const std::string& id) const {
    const std::lock_guard lock(mutex_);
    const auto found = conversations_.find(id);
    return found == conversations_.end() ? Conversation{} : found->second;
  }
  std::vector<SentMessage> messages() const {
    const std::lock_guard lock(mutex_);
    return messages_;
  }
  std::vector<std::string> commands() const {
    const std::lock_guard lock(mutex_);
    return commands_;
  }
  void set_settings(std::string document) {
    const std::lock_guard lock(mutex_);
    settings_ = std::move(document);
  }
  void add_secret(const std::string& name, std::string value) {
    const std::lock_guard lock(mutex_);
    secrets_[name] = std::move(value);
  }
  void answer_http(Answer answer) {
    const std::lock_guard lock(mutex_);
    answer_ = std::move(answer);
  }
  /// As the server does before it stops a plugin.
  void end_follows(collet_status why) {
    const std::lock_guard lock(mutex_);
    const auto followers = std::exchange(followers_, {});
    for (const auto& [handle, follow] : followers) follow.follower.ended(follow.follower.context, why);
  }

  // ---- for the host's tables. Null: no such conversation.
  template <class Use>
  collet_status with(collet_str id, collet_sink error, Use use) {
    const std::lock_guard lock(mutex_);
    const auto found = conversations_.find(collet::detail::to_string(id));
    if (found == conversations_.end()) {
      collet::detail::give(error, "no such conversation");
      return COLLET_NOT_FOUND;
    }
    return use(found->second);
  }
  std::vector<std::string> ids() const {
    const std::lock_guard lock(mutex_);
    std::vector<std::string> names;
    for (const auto& [id, conversation] : conversations_) names.push_back(id);
    return names;
  }
  void note(SentMessage message) {
    const std::lock_guard lock(mutex_);
    messages_.push_back(std::move(message));
  }
  void note(std::string command) {
    const std::lock_guard lock(mutex_);
    commands_.push_back(std::move(command));
  }
  std::string settings() const {
    const std::lock_guard lock(mutex_);
    return settings_;
  }
  std::map<std::string, std::string> secrets() const {
    const std::lock_guard lock(mutex_);
    return secrets_;
  }
  Answer answer() const {
    const std::lock_guard lock(mutex_);
    return answer_;
  }
  collet_handle follow(collet_str id, std::int64_t after, const collet_follower& follower) {
    const std::lock_guard lock(mutex_);
    const std::string name = collet::detail::to_string(id);
    const collet_handle handle = ++last_;
    followers_[handle] = {name, follower};
    const auto events = conversations_[name].events;
    for (auto seq = after < 0 ? events.size() : static_cast<std::size_t>(after); seq < events.size(); ++seq)
      if (followers_.contains(handle))
        follower.event(follower.context, static_cast<std::int64_t>(seq) + 1,
                       collet::detail::to_str(events[seq]));
    return handle;
  }
  void cancel(collet_handle handle) {
    const std::lock_guard lock(mutex_);
    const auto found = followers_.find(handle);
    if (found == followers_.end()) return;
    const auto follower = found->second.follower;
    followers_.erase(found);
    follower.ended(follower.context, COLLET_OK);
  }

 private:
  struct Follow {
    std::string conversation;
    collet_follower follower;
  };

  mutable std::recursive_mutex mutex_;  // a follower may call back
  std::map<std::string, Conversation> conversations_;
  std::vector<SentMessage> messages_;
  std::vector<std::string> commands_;
  std::string settings_ = "{}";
  std::map<std::string, std::string> secrets_;
  Answer answer_;
  std::map<collet_handle, Follow> followers_;
  collet_handle last_ = 0;
};

}  // namespace detail
}  // namespace collet::testing
