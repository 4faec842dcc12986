// One mask stream that a plugin has opened.
#pragma once
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

#include "plugins/conversation_access.hpp"
#include "secrets/masker.hpp"

namespace collet::plugins {

/// Any thread.
class MaskState {
 public:
  explicit MaskState(ConversationAccess::MaskerNow masker) : masker_(std::move(masker)) {}

  std::string push(std::string_view piece, bool last) {
    const auto masker = masker_();
    const std::lock_guard lock(mutex_);
    std::string masked = stream_.push(*masker, piece);
    if (last) masked += stream_.finish(*masker);
    return masked;
  }

 private:
  const ConversationAccess::MaskerNow masker_;
  std::mutex mutex_;
  secrets::MaskStream stream_;
};

}  // namespace collet::plugins
