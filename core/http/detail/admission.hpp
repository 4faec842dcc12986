// Counts connections, in all and per address.
#pragma once
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

namespace collet::http::detail {

/// Any thread. Outlives its tickets.
class Admission {
 public:
  /// One connection's place; given back when destroyed.
  class Ticket {
   public:
    Ticket(Ticket&& other) noexcept
        : admission_(std::exchange(other.admission_, nullptr)), address_(std::move(other.address_)) {}
    Ticket& operator=(Ticket&&) = delete;
    ~Ticket() {
      if (admission_ != nullptr) admission_->leave(address_);
    }

   private:
    friend class Admission;
    Ticket(Admission* admission, std::string address) : admission_(admission), address_(std::move(address)) {}
    Admission* admission_;
    std::string address_;
  };

  Admission(std::size_t limit, std::size_t limit_per_address)
      : limit_(limit), per_address_(limit_per_address) {}

  /// Nothing: the limit is reached.
  std::optional<Ticket> enter(const std::string& address);
  std::size_t count() const;
  /// False: someone is still there at `until`.
  bool wait_until_empty(std::chrono::steady_clock::time_point until);
  void lower_limit(std::size_t limit);

 private:
  void leave(const std::string& address);

  std::size_t limit_;
  std::size_t per_address_;
  mutable std::mutex mutex_;
  std::condition_variable left_;
  std::size_t count_ = 0;
  std::map<std::string, std::size_t> addresses_;
};

}  // namespace collet::http::detail
