#include "base/id.hpp"

#include <sys/random.h>

#include <array>
#include <cctype>
#include <cstdint>
#include <cstdlib>

namespace collet {
namespace {

// One system call per 256 ids: ids are made on the hot path of every event.
class RandomBytes {
 public:
  void take(unsigned char* out, std::size_t n) {
    if (at_ + n > pool_.size()) refill();
    for (std::size_t i = 0; i < n; ++i) out[i] = pool_[at_ + i];
    at_ += n;
  }

 private:
  void refill() {
    for (std::size_t got = 0; got < pool_.size();) {
      const ssize_t n = ::getrandom(pool_.data() + got, pool_.size() - got, 0);
      if (n > 0) got += static_cast<std::size_t>(n);
    }
    at_ = 0;
  }
  std::array<unsigned char, 4096> pool_{};
  std::size_t at_ = pool_.size();
};

}  // namespace

std::string new_uuid() {
  static thread_local RandomBytes random;
  std::array<unsigned char, 16> bytes{};
  random.take(bytes.data(), bytes.size());
  bytes[6] = static_cast<unsigned char>((bytes[6] & 0x0f) | 0x40);
  bytes[8] = static_cast<unsigned char>((bytes[8] & 0x3f) | 0x80);
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string text;
  text.reserve(36);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) text.push_back('-');
    text.push_back(kHex[bytes[i] >> 4]);
    text.push_back(kHex[bytes[i] & 15]);
  }
  return text;
}

std::optional<std::string> parse_uuid(std::string_view text) {
  if (text.size() != 32 && text.size() != 36) return std::nullopt;
  const bool dashed = text.size() == 36;
  std::string out;
  out.reserve(36);
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (dashed && (i == 8 || i == 13 || i == 18 || i == 23)) {
      if (text[i] != '-') return std::nullopt;
      continue;
    }
    const auto c = static_cast<unsigned char>(text[i]);
    if (!std::isxdigit(c)) return std::nullopt;
    if (out.size() == 8 || out.size() == 13 || out.size() == 18 || out.size() == 23) out.push_back('-');
    out.push_back(static_cast<char>(std::tolower(c)));
  }
  return out;
}

std::string without_dashes(std::string_view uuid) {
  std::string out;
  out.reserve(32);
  for (const char c : uuid)
    if (c != '-') out.push_back(c);
  return out;
}

}  // namespace collet
