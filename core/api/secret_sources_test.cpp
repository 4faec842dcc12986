#include "api/secret_sources.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace collet::api {
namespace {

using ::testing::HasSubstr;

std::string read(std::string_view text) {
  Validation validation;
  const auto body = json::parse(text);
  for (const auto& secret : body->GetObject())
    check_secret_source(secret.value, {"body", "secrets", json::view(secret.name)}, validation);
  return validation.ok() ? secret_sources(*body) : validation.response().body;
}

TEST(SecretSources, GivesEveryFormItsKind) {
  EXPECT_EQ(read(R"({"A":"v","B":{"value":"w","description":"d"},"C":{"kind":"StaticSecret"}})"),
            R"({"A":{"description":null,"value":"v","kind":"StaticSecret"},)"
            R"("B":{"description":"d","value":"w","kind":"StaticSecret"},)"
            R"("C":{"description":null,"value":null,"kind":"StaticSecret"}})");
  EXPECT_EQ(
      read(
          R"({"L":{"kind":"LookupSecret","url":"/x","headers":{"K":"v"}},"M":{"kind":"LookupSecret","url":"/y"}})"),
      R"({"L":{"description":null,"url":"/x","headers":{"K":"v"},"kind":"LookupSecret"},)"
      R"("M":{"description":null,"url":"/y","kind":"LookupSecret"}})");
}

TEST(SecretSources, NamesTheMistakeWithoutShowingTheValue) {
  EXPECT_THAT(read(R"({"X":5})"), HasSubstr(R"("loc":["body","secrets","X"])"));
  EXPECT_THAT(read(R"({"X":{"kind":"Other","value":"canary"}})"), ::testing::Not(HasSubstr("canary")));
  EXPECT_THAT(read(R"({"X":{"value":5}})"), HasSubstr(R"("loc":["body","secrets","X","value"])"));
  EXPECT_THAT(read(R"({"X":{"kind":"LookupSecret"}})"), HasSubstr(R"("loc":["body","secrets","X","url"])"));
  EXPECT_THAT(read(R"({"X":{"kind":"LookupSecret","url":"/x","headers":{"K":5}}})"),
              HasSubstr(R"("loc":["body","secrets","X","headers","K"])"));
}

TEST(SecretSources, NamesAreOneLine) {
  for (const std::string_view name : {R"(A\n2026 error [auth] forged)", R"(A\u001b[2J)", R"(A\u2028B)"})
    EXPECT_THAT(read("{\"" + std::string(name) + R"(":"v"})"), HasSubstr("secret's name")) << name;
  EXPECT_THAT(read("{\"" + std::string(257, 'n') + R"(":"v"})"), HasSubstr("secret's name"));
  EXPECT_THAT(read("{\"" + std::string(256, 'n') + R"(":"v","MY-NAME é":"w"})"), HasSubstr(R"("value":"w")"));
}

TEST(SecretSources, Lookup_RefusesWhatCanNeverBeAsked) {
  const auto lookup = [](std::string_view url, std::string_view headers = "null") {
    return read(R"({"X":{"kind":"LookupSecret","url":)" + std::string(url) + R"(,"headers":)" +
                std::string(headers) + "}}");
  };
  for (const std::string_view url :
       {"null", R"("")", R"("hunter2")", R"("//vault/x")", R"("ftp://vault/x")", R"("http://")",
        R"("http://user:hunter2@vault/x")", R"("https://hunter2@vault/x")", R"("http://vault/a b")"}) {
    EXPECT_THAT(lookup(url), HasSubstr(R"("loc":["body","secrets","X","url"])")) << url;
    EXPECT_THAT(lookup(url), ::testing::Not(HasSubstr("hunter2")));
  }
  for (const std::string_view url : {R"("/api/settings/secrets/A")", R"("http://127.0.0.1:9/x")",
                                     R"("https://vault.example/v1/a?b=c@d")", R"("http://[fd00::1]:8200/")"})
    EXPECT_THAT(lookup(url), HasSubstr(R"("kind":"LookupSecret"})")) << url;
  EXPECT_THAT(lookup(R"("/x")", R"({"K":null})"), HasSubstr(R"("loc":["body","secrets","X","headers","K"])"));
  EXPECT_THAT(lookup(R"("/x")", R"(["K"])"), HasSubstr(R"("loc":["body","secrets","X","headers"])"));
}

}  // namespace
}  // namespace collet::api
