#pragma once
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "storage/session.hpp"

namespace collet::storage {

/// A few sessions lent to one reader each. Any thread.
class SessionPool {
 public:
  explicit SessionPool(std::vector<std::unique_ptr<Session>> sessions) : free_(std::move(sessions)) {}

  /// Gives its session back when it goes.
  class Lease {
   public:
    Lease(SessionPool& pool, std::unique_ptr<Session> session) : pool_(&pool), session_(std::move(session)) {}
    Lease(Lease&&) noexcept = default;
    Lease& operator=(Lease&&) = delete;
    ~Lease() {
      if (session_) pool_->give_back(std::move(session_));
    }
    Session& operator*() const { return *session_; }

   private:
    SessionPool* pool_;
    std::unique_ptr<Session> session_;
  };

  /// Waits for a free session; nothing after `timeout`.
  std::optional<Lease> lease(std::chrono::milliseconds timeout);

 private:
  void give_back(std::unique_ptr<Session> session);

  std::mutex mutex_;
  std::condition_variable freed_;
  std::vector<std::unique_ptr<Session>> free_;
};

}  // namespace collet::storage
