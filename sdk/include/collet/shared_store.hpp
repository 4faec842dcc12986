// Small values by key in the server's own database, sealed at rest, the same for all servers of a team. Every
// call blocks until the database has answered; any thread, once started.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "collet/abi/host.h"
#include "collet/abi/shared_store.h"
#include "collet/detail/text.hpp"
#include "collet/store.hpp"

namespace collet {

/// A value: copies mean the same store. Throws StoreError; its status is COLLET_CONFLICT where a key has
/// another revision than expected.
class SharedStore {
 public:
  static constexpr std::int64_t kAny = COLLET_REVISION_ANY;
  static constexpr std::int64_t kNone = COLLET_REVISION_NONE;  ///< there is no such key yet

  struct Value {
    std::string text;
    std::int64_t revision = kNone;
  };

  SharedStore(const collet_host* host, const collet_shared_store* table) : host_(host), table_(table) {}

  std::optional<Value> get(std::string_view key) const {
    Value value;
    const auto status = table_->get(host_, detail::to_str(key), &value.revision, detail::into(value.text));
    if (status == COLLET_NOT_FOUND) return std::nullopt;
    detail::check<StoreError>(status, value.text);
    return value;
  }
  /// The new revision.
  std::int64_t put(std::string_view key, std::string_view text, std::int64_t expected = kAny) {
    std::string error;
    std::int64_t revision = 0;
    detail::check<StoreError>(table_->put(host_, detail::to_str(key), detail::to_str(text), expected,
                                          &revision, detail::into(error)),
                              error);
    return revision;
  }
  /// False: there was no such key.
  bool erase(std::string_view key, std::int64_t expected = kAny) {
    std::string error;
    const auto status = table_->erase(host_, detail::to_str(key), expected, detail::into(error));
    if (status == COLLET_NOT_FOUND) return false;
    detail::check<StoreError>(status, error);
    return true;
  }
  /// The keys with this prefix, in byte order.
  std::vector<std::string> keys(std::string_view prefix = {}) const {
    std::string error;
    std::vector<std::string> found;
    const auto status = table_->keys(host_, detail::to_str(prefix), detail::into(found), detail::into(error));
    detail::check<StoreError>(status, error);
    return found;
  }

  /// Sets the key to what `change` makes of its text, `std::optional<std::string>(const
  /// std::optional<std::string>& now)`; nothing means that the key is erased. Run again while others change
  /// the same key, so that no change is lost; what it throws ends the update. Returns what was stored.
  template <class Change>
  std::optional<std::string> update(std::string_view key, Change change) {
    constexpr int kTries = 100;
    for (int tries = 1;; ++tries) {
      std::optional<std::string> now;
      std::int64_t revision = kNone;
      if (auto found = get(key)) {
        now = std::move(found->text);
        revision = found->revision;
      }
      std::optional<std::string> text = change(std::as_const(now));
      if (store(key, text, revision, tries == kTries)) return text;
    }
  }

 private:
  /// False: somebody has changed the key; thrown when it is the last try.
  bool store(std::string_view key, const std::optional<std::string>& text, std::int64_t expected, bool last) {
    try {
      if (text.has_value()) {
        put(key, text.value(), expected);
      } else if (expected != kNone) {
        erase(key, expected);
      }
      return true;
    } catch (const StoreError& failure) {
      if (failure.status() != COLLET_CONFLICT || last) throw;
      return false;
    }
  }

  const collet_host* host_;
  const collet_shared_store* table_;
};

}  // namespace collet
