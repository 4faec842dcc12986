#include "secrets/key.hpp"

#include <string.h>  // explicit_bzero is not in <cstring>

namespace collet::secrets {

Key::Key(Key&& other) noexcept : bytes_(other.bytes_) { ::explicit_bzero(other.bytes_.data(), kSize); }

Key& Key::operator=(Key&& other) noexcept {
  if (this != &other) {
    bytes_ = other.bytes_;
    ::explicit_bzero(other.bytes_.data(), kSize);
  }
  return *this;
}

Key::~Key() { ::explicit_bzero(bytes_.data(), kSize); }

}  // namespace collet::secrets
