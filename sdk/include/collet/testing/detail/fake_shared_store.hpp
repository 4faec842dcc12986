// The host's shared store in memory. For the testing headers.
#pragma once
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "collet/abi/shared_store.h"

namespace collet::testing::detail {

/// Any thread.
class FakeSharedStore {
 public:
  struct Value {
    std::string text;
    std::int64_t revision = COLLET_REVISION_NONE;
  };

  /// Revision COLLET_REVISION_NONE: there is none.
  Value get(const std::string& key) const {
    const std::lock_guard lock(mutex_);
    const auto found = values_.find(key);
    return found == values_.end() ? Value() : found->second;
  }
  /// The new revision; COLLET_REVISION_NONE: another one than `expected` is there.
  std::int64_t put(const std::string& key, std::string text, std::int64_t expected) {
    const std::lock_guard lock(mutex_);
    if (expected != COLLET_REVISION_ANY && expected != present(key)) return COLLET_REVISION_NONE;
    values_[key] = {std::move(text), ++last_};
    return last_;
  }
  collet_status erase(const std::string& key, std::int64_t expected) {
    const std::lock_guard lock(mutex_);
    const auto now = present(key);
    if (now == COLLET_REVISION_NONE) return COLLET_NOT_FOUND;
    if (expected != COLLET_REVISION_ANY && expected != now) return COLLET_CONFLICT;
    values_.erase(key);
    return COLLET_OK;
  }
  std::vector<std::string> keys(std::string_view prefix) const {
    const std::lock_guard lock(mutex_);
    std::vector<std::string> found;
    for (const auto& [key, value] : values_)
      if (key.starts_with(prefix)) found.push_back(key);
    return found;
  }

 private:
  std::int64_t present(const std::string& key) const {
    const auto found = values_.find(key);
    return found == values_.end() ? COLLET_REVISION_NONE : found->second.revision;
  }

  mutable std::mutex mutex_;
  std::map<std::string, Value> values_;
  std::int64_t last_ = COLLET_REVISION_NONE;
};

}  // namespace collet::testing::detail
