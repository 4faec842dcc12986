#include "pty/output_ring.hpp"

#include <algorithm>

namespace collet::bash {

void OutputRing::append(std::string_view bytes) {
  if (bytes.size() > capacity_) {  // what would be overwritten at once
    const auto skipped = bytes.size() - capacity_;
    data_.resize(capacity_);
    end_ += skipped;
    bytes.remove_prefix(skipped);
  }
  while (!bytes.empty()) {
    const auto at = place(end_);
    const auto count = std::min(bytes.size(), capacity_ - at);
    if (data_.size() < at + count) data_.resize(at + count);
    std::copy_n(bytes.data(), count, data_.data() + at);
    end_ += count;
    bytes.remove_prefix(count);
  }
}

std::string_view OutputRing::read(std::uint64_t offset, std::size_t limit) const {
  const auto at = place(offset);
  const auto left = static_cast<std::size_t>(end_ - offset);
  return std::string_view(data_).substr(at, std::min({limit, left, capacity_ - at}));
}

}  // namespace collet::bash
