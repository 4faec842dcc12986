// Where several servers share a database: gives up what others have taken, and takes what servers that are
// gone have left running.
#pragma once
#include <condition_variable>
#include <functional>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "storage/claims.hpp"

namespace collet::conversation {

class OwnershipWatch {
 public:
  /// Called on the watch's thread; they may block.
  struct Handlers {
    std::function<std::vector<std::pair<std::string, storage::Claim>>()> held;  ///< what this server owns
    std::function<void(const std::string& id)> give_up;                         ///< somebody else owns it now
    std::function<void(const std::string& id)> adopt;  ///< its owner is gone; it was running or being deleted
  };
  /// `claims` must outlive it.
  OwnershipWatch(storage::Claims& claims, Handlers handlers);
  ~OwnershipWatch();
  OwnershipWatch(const OwnershipWatch&) = delete;
  OwnershipWatch& operator=(const OwnershipWatch&) = delete;

  /// Any thread: a write was refused, so somebody else owns it now.
  void lost(const std::string& id);

 private:
  void work();
  void look();

  storage::Claims& claims_;
  const Handlers handlers_;
  int lapses_ = 0;  // those looked into; the thread's

  std::mutex mutex_;
  std::condition_variable wake_;
  std::set<std::string> lost_;
  bool stopping_ = false;
  std::thread thread_;  // last: it uses all of the above
};

}  // namespace collet::conversation
