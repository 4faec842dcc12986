// Bytes read from a socket and not yet parsed.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>

namespace collet::http::detail {

/// Consuming is cheap: the front is given up only when new bytes come, or when nothing is left.
class InputBuffer {
 public:
  void append(std::string_view bytes) {
    if (at_ > 0) bytes_.erase(0, at_);
    at_ = 0;
    bytes_.append(bytes);
  }
  void consume(std::size_t n) {
    at_ += n;
    if (at_ < bytes_.size()) return;
    bytes_.clear();
    at_ = 0;
    if (bytes_.capacity() > kKeep) bytes_.shrink_to_fit();
  }
  std::string_view view() const { return std::string_view(bytes_).substr(at_); }
  std::size_t size() const { return bytes_.size() - at_; }
  bool empty() const { return size() == 0; }
  void clear() { consume(size()); }
  std::string take() {
    bytes_.erase(0, at_);
    at_ = 0;
    return std::move(bytes_);
  }

 private:
  static constexpr std::size_t kKeep = 64 * 1024;
  std::string bytes_;
  std::size_t at_ = 0;
};

}  // namespace collet::http::detail
