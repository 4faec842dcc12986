#include "base/loopback.hpp"

#include <gtest/gtest.h>

namespace collet {
namespace {

TEST(Loopback, Host_IsTheNameOrAnAddress) {
  for (const char* host : {"localhost", "127.0.0.1", "127.255.0.9", "::1"})
    EXPECT_TRUE(is_loopback_host(host)) << host;
}

TEST(Loopback, NameThatBeginsLikeOne_IsAnother) {
  for (const char* host : {"", "127.evil.example", "127.0.0.1.example", "127.", "localhost.example",
                           "localhost:80", "128.0.0.1", "0.0.0.0", "::", "::2", "[::1]"})
    EXPECT_FALSE(is_loopback_host(host)) << host;
  EXPECT_FALSE(is_loopback_host({"127.0.0.1\0.example", 18}));
}

}  // namespace
}  // namespace collet
