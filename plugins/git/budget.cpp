#include "budget.hpp"

#include <string>

#include "collet/http.hpp"

namespace collet::git {

Budget::Budget(const Limits& limits, const std::atomic<bool>* stopping)
    : limits_(limits), end_(std::chrono::steady_clock::now() + limits.time), stopping_(stopping) {}

git_diff_options Budget::diff_options() {
  git_diff_options options = GIT_DIFF_OPTIONS_INIT;
  options.progress_cb = go_on;
  options.notify_cb = keep;
  options.payload = this;
  seen_ = 0;
  return options;
}

bool Budget::out_of_time() const {
  return std::chrono::steady_clock::now() > end_ || (stopping_ != nullptr && stopping_->load());
}

void Budget::check_count(std::size_t changes) const {
  if (changes > limits_.changes)
    throw Refusal(400, "More than " + std::to_string(limits_.changes) +
                           " changes; leave generated files out with a .gitignore");
}

void Budget::check() const {
  check_count(seen_);
  if (stopping_ != nullptr && stopping_->load()) throw Refusal(503, "The server is stopping");
  if (out_of_time())
    throw Refusal(503,
                  "The repository took longer than " + std::to_string(limits_.time.count() / 1000) + " s");
}

int Budget::go_on(const git_diff*, const char*, const char*, void* self) {
  return static_cast<Budget*>(self)->out_of_time() ? GIT_EUSER : 0;
}

int Budget::keep(const git_diff*, const git_diff_delta*, const char*, void* self) {
  auto& budget = *static_cast<Budget*>(self);
  return ++budget.seen_ > budget.limits_.changes ? GIT_EUSER : 0;
}

}  // namespace collet::git
