#include "auth/session_keys.hpp"

#include <sys/random.h>

#include <algorithm>
#include <array>
#include <cstdlib>

namespace collet::auth {
namespace {

bool fits_into_a_header(const std::string& key) {
  const bool clean = std::all_of(key.begin(), key.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte >= 0x20 && byte != 0x7F;
  });
  return clean && key.front() != ' ' && key.back() != ' ';
}

// Looks at each byte of the candidate whatever it finds on the way.
bool equal(std::string_view candidate, std::string_view key) {
  volatile unsigned difference = candidate.size() == key.size() ? 0U : 1U;
  for (std::size_t i = 0; i < candidate.size(); ++i)
    difference = difference | static_cast<unsigned>(static_cast<unsigned char>(candidate[i]) ^
                                                    static_cast<unsigned char>(key[i % key.size()]));
  return difference == 0;
}

}  // namespace

std::optional<std::string> process_environment(const char* name) {
  const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): see the header
  if (value == nullptr) return std::nullopt;
  return value;
}

Result<SessionKeys> SessionKeys::from(const std::vector<std::string>& keys) {
  SessionKeys made;
  for (const auto& key : keys) {
    if (key.empty()) continue;
    if (!fits_into_a_header(key))
      return invalid("a session key holds control characters or starts or ends with a blank");
    if (std::find(made.keys_.begin(), made.keys_.end(), key) == made.keys_.end()) made.keys_.push_back(key);
  }
  return made;
}

Result<SessionKeys> SessionKeys::load(std::vector<std::string> configured, const Environment& environment) {
  for (const char* name : {"COLLET_SESSION_API_KEY", "SESSION_API_KEY"})
    if (auto key = environment(name)) configured.push_back(std::move(*key));
  for (int i = 0;; ++i) {
    auto key = environment(("OH_SESSION_API_KEYS_" + std::to_string(i)).c_str());
    if (!key) break;
    configured.push_back(std::move(*key));
  }
  return from(configured);
}

bool SessionKeys::accept(std::string_view candidate) const {
  bool accepted = false;
  for (const auto& key : keys_) accepted = equal(candidate, key) || accepted;
  return accepted;
}

Result<std::string> generate_key() {
  std::array<unsigned char, 32> bytes{};
  if (::getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size()))
    return internal("the kernel gave no random bytes");
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string key;
  for (const unsigned char byte : bytes) {
    key.push_back(kHex[byte >> 4]);
    key.push_back(kHex[byte & 15]);
  }
  return key;
}

}  // namespace collet::auth
