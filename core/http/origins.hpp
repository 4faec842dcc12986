// Web origins and the Host header: which of them are this machine's own.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace collet::http {

/// `authority` as in a Host header: "localhost", "127.0.0.1" or "[::1]", with any port or none.
bool is_loopback_authority(std::string_view authority);

/// "http://localhost:3000" and the like; http or https.
bool is_loopback_origin(std::string_view origin);

/// The origins whose pages may call us: the loopback ones, and those configured, compared exactly.
class Origins {
 public:
  explicit Origins(std::vector<std::string> configured) : configured_(std::move(configured)) {}
  bool allow(std::string_view origin) const;

 private:
  std::vector<std::string> configured_;
};

}  // namespace collet::http
