#pragma once
#include <array>
#include <cstddef>
#include <cstdint>

namespace collet::secrets {

/// 32 bytes that are wiped when they go. Move-only, so that no copy is left behind by accident.
class Key {
 public:
  static constexpr std::size_t kSize = 32;
  using Bytes = std::array<std::uint8_t, kSize>;

  Key() = default;
  explicit Key(const Bytes& bytes) : bytes_(bytes) {}
  Key(Key&& other) noexcept;
  Key& operator=(Key&& other) noexcept;
  Key(const Key&) = delete;
  Key& operator=(const Key&) = delete;
  ~Key();

  const Bytes& bytes() const { return bytes_; }
  std::uint8_t* data() { return bytes_.data(); }
  const std::uint8_t* data() const { return bytes_.data(); }

 private:
  Bytes bytes_{};
};

}  // namespace collet::secrets
