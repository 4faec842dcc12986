#include "secrets/ordinary_value.hpp"

#include <gtest/gtest.h>

namespace collet::secrets {
namespace {

TEST(OrdinaryValue, IsWhatPlainlyIsNoSecret) {
  for (const auto* value :
       {"production", "en_US:en", "us-east", "/tmp/x", "~/.cache/npm", "./dist", "/usr/lib/x86_64-linux-gnu",
        "application/json", "application/vnd.github.v3+json", "*/*", "8080808080", "-0.25", "true",
        "https://api.example.com:8443/v1/models", "http://localhost:3000"})
    EXPECT_TRUE(is_ordinary_value("SETTING", value)) << value;
}

TEST(OrdinaryValue, IsNoneInDoubt) {
  for (const auto* value :
       {"hunter2hunter2", "correct horse battery", "abcdefghijklmnopqrstuvwxyz", "pa$$word", "en_US.UTF-8 x1",
        "/AbCdEfGhIjKlMnOpQrStUvWxYz0123456789+/abcdefgh", "/a b",
        "https://hooks.example.com/services/B0/a1B2c3D4e5F6g7H8i9J0", "application/json; token=x", "1.2.3.4",
        "https://user:pass@example.com/", "https://hooks.example.com/x?key=1", "https://example.com/#x",
        "postgres://db.example.com/x", "Bearer abcdef"})
    EXPECT_FALSE(is_ordinary_value("SETTING", value)) << value;
}

TEST(OrdinaryValue, IsNoneUnderANameThatSpeaksOfASecret) {
  for (const auto* name :
       {"API_KEY", "GithubToken", "authorization", "DB_PASS", "MYSQL_PWD", "Set-Cookie", "SESSION_ID",
        "DATABASE_DSN", "connectionString", "X-Signature", "TLS_CERT", "PRIVATE", "CLIENT_SECRET"})
    EXPECT_FALSE(is_ordinary_value(name, "production")) << name;
}

TEST(OrdinaryValue, NothingStandsForNoSecretButStarsAndSpace) {
  for (const auto* value : {"", "   ", "\n", "**********"}) EXPECT_TRUE(stands_for_none(value)) << value;
  for (const auto* value : {"x", " x ", "*********", "***********"})
    EXPECT_FALSE(stands_for_none(value)) << value;
}

}  // namespace
}  // namespace collet::secrets
