// The fake host's mask streams: hide the secrets that the test has added. For the testing headers.
#pragma once
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace collet::testing::detail {

class FakeMasks {
 public:
  using Secrets = std::map<std::string, std::string>;

  std::uint64_t open() {
    const std::lock_guard lock(mutex_);
    held_.emplace(++last_, std::string());
    return last_;
  }
  void close(std::uint64_t stream) {
    const std::lock_guard lock(mutex_);
    held_.erase(stream);
  }
  /// Nothing: no such stream.
  std::optional<std::string> push(std::uint64_t stream, std::string_view piece, bool last,
                                  const Secrets& secrets) {
    const std::lock_guard lock(mutex_);
    const auto found = held_.find(stream);
    if (found == held_.end()) return std::nullopt;
    std::string& held = found->second += piece;
    std::string shown;
    while (!held.empty() && (last || !may_begin(held, secrets))) {
      const std::size_t hidden = length_of(held, secrets);
      shown += hidden > 0 ? std::string("<secret-hidden>") : held.substr(0, 1);
      held.erase(0, hidden > 0 ? hidden : 1);
    }
    return shown;
  }

 private:
  static bool may_begin(std::string_view text, const Secrets& secrets) {
    for (const auto& [name, value] : secrets)
      if (value.size() > text.size() && std::string_view(value).starts_with(text)) return true;
    return false;
  }
  static std::size_t length_of(std::string_view text, const Secrets& secrets) {
    std::size_t longest = 0;
    for (const auto& [name, value] : secrets)
      if (value.size() > longest && text.starts_with(value)) longest = value.size();
    return longest;
  }

  std::mutex mutex_;
  std::map<std::uint64_t, std::string> held_;
  std::uint64_t last_ = 0;
};

}  // namespace collet::testing::detail
