// How long a request may take and how much it may find. One per request; one thread, but for the stop flag.
#pragma once
#include <git2.h>

#include <atomic>
#include <chrono>
#include <cstddef>

namespace collet::git {

struct Limits {
  std::chrono::milliseconds time{30'000};
  std::size_t changes = 100'000;
};

class Budget {
 public:
  explicit Budget(const Limits& limits = {}, const std::atomic<bool>* stopping = nullptr);

  /// Options for a diff that ends when the budget does. Good as long as the budget is.
  git_diff_options diff_options();
  /// Throws a Refusal where it is used up: 400 for too many changes, 503 for the time and for a server that
  /// stops.
  void check() const;
  /// Throws a Refusal (400) where these are too many changes for one answer.
  void check_count(std::size_t changes) const;

 private:
  static int go_on(const git_diff*, const char*, const char*, void* self);
  static int keep(const git_diff*, const git_diff_delta*, const char*, void* self);
  bool out_of_time() const;

  Limits limits_;
  std::chrono::steady_clock::time_point end_;
  const std::atomic<bool>* stopping_;
  std::size_t seen_ = 0;  // deltas of the diff that runs
};

}  // namespace collet::git
