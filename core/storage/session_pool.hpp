#pragma once
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "storage/backend.hpp"

namespace collet::storage {

/// A few sessions lent to one reader each. Any thread.
class SessionPool {
 public:
  /// A null session is opened when somebody wants it.
  SessionPool(const Backend& backend, std::vector<std::unique_ptr<Session>> sessions)
      : backend_(backend), free_(std::move(sessions)) {}

  /// Gives its session back when it goes.
  class Lease {
   public:
    Lease(SessionPool& pool, std::unique_ptr<Session> session) : pool_(&pool), session_(std::move(session)) {}
    Lease(Lease&& other) noexcept
        : pool_(std::exchange(other.pool_, nullptr)), session_(std::move(other.session_)) {}
    Lease& operator=(Lease&&) = delete;
    ~Lease() {
      if (pool_ != nullptr) pool_->give_back(std::move(session_));
    }
    Session& operator*() const { return *session_; }

   private:
    friend class SessionPool;
    SessionPool* pool_;
    std::unique_ptr<Session> session_;
  };

  /// Waits for a free session; kUnavailable after `timeout`, or when its connection is gone and can't be made
  /// anew.
  Result<Lease> lease(std::chrono::milliseconds timeout);

 private:
  void give_back(std::unique_ptr<Session> session);

  const Backend& backend_;
  std::mutex mutex_;
  std::condition_variable freed_;
  std::vector<std::unique_ptr<Session>> free_;  // those whose connections are gone may be null
};

}  // namespace collet::storage
