#include "git_providers.hpp"

#include <gmock/gmock.h>

#include "collet/http.hpp"

namespace collet::nested {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

json::Document of(const std::string& text) { return std::move(*json::parse(text)); }

std::string refusal(const std::string& body) {
  try {
    read_providers(of(body));
    return {};
  } catch (const Refusal& refused) {
    return refused.response().body;
  }
}

std::string secrets_of(const std::string& body, const std::string& repository) {
  json::Document out;
  return json::dump(token_secrets(read_providers(of(body)), repository, out.GetAllocator()));
}

TEST(GitProviders, BothFormsAreTheSame) {
  const auto map =
      read_providers(of(R"({"provider_tokens":{"github":{"token":"t","user_id":null,"host":"h"}}})"));
  const auto list = read_providers(of(R"({"providers":[{"type":"github","token":"t","host":"h"}]})"));
  EXPECT_EQ(json::dump(map), json::dump(list));
  EXPECT_EQ(json::dump(read_providers(of("{}"))), "{}");
}

TEST(GitProviders, WhatIsWrongIsNamedAndNoTokenShown) {
  EXPECT_THAT(refusal(R"({"provider_tokens":{"sourceforge":{"token":"t"}}})"),
              HasSubstr("'github', 'gitlab'"));
  EXPECT_THAT(refusal(R"({"providers":[{"token":"tok-1"}]})"),
              HasSubstr(R"(["body","providers","0","type"])"));
  for (const auto* body :
       {R"({"provider_tokens":{"github":{"token":["tok-1"]}}})", R"({"provider_tokens":"tok-1"})",
        R"({"providers":[{"type":"github","token":{"a":"tok-1"}}]})"}) {
    EXPECT_THAT(refusal(body), HasSubstr("detail"));
    EXPECT_THAT(refusal(body), Not(HasSubstr("tok-1")));
  }
}

TEST(GitProviders, AnEmptyTokenKeepsTheStoredOne) {
  const auto stored =
      read_providers(of(R"({"provider_tokens":{"github":{"token":"t"},"gitlab":{"token":"u"}}})"));
  const auto merged =
      merged_providers(read_providers(of(R"({"provider_tokens":{"github":{"token":""}}})")), stored);
  EXPECT_EQ(json::string_or(*json::find(static_cast<const json::Value&>(merged), "github"), "token"), "t");
  EXPECT_EQ(json::find(static_cast<const json::Value&>(merged), "gitlab"), nullptr);
}

TEST(GitProviders, TokensHaveTheirVariables) {
  EXPECT_EQ(
      secrets_of(R"({"providers":[{"type":"gitlab","token":"u","host":"git.example"},)"
                 R"({"type":"bitbucket","token":""},{"type":"enterprise_sso","token":"s"}]})",
                 ""),
      R"({"GITLAB_TOKEN":{"kind":"StaticSecret","value":"u","description":"token for GitLab at git.example"}})");
}

TEST(GitProviders, AFilterKeepsATokenFromOtherRepositories) {
  const std::string body =
      R"({"providers":[{"type":"github","token":"t","repositories":["acme/*","me/one"]}]})";
  for (const auto* repository : {"", "acme/shop", "ME/One"})
    EXPECT_THAT(secrets_of(body, repository), HasSubstr("GITHUB"));
  EXPECT_EQ(secrets_of(body, "other/shop"), "{}");
}

}  // namespace
}  // namespace collet::nested
