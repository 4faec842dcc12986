#include "skills_request.hpp"

#include <gtest/gtest.h>

#include <string>

#include "collet/json.hpp"

namespace collet::skills {
namespace {

SkillsRequest read(const std::string& body) {
  Request request;
  request.body = body;
  return read_skills_request(request);
}

std::string refusal(const std::string& body) {
  try {
    read(body);
  } catch (const Refusal& refusal) {
    EXPECT_EQ(refusal.response().status, 422);
    return refusal.response().body;
  }
  return "taken";
}

constexpr const char* kOrganisation =
    R"({"repository":"o/r","provider":"github","org_repo_url":"https://t0ken@h/r","org_name":"o"})";

TEST(SkillsRequest, HasDefaults) {
  const auto wanted = read("{}");
  EXPECT_TRUE(wanted.load_public && wanted.load_user && wanted.load_project && wanted.load_org);
  EXPECT_EQ(wanted.marketplace_path, "marketplaces/default.json");
  EXPECT_FALSE(read(R"({"marketplace_path":null})").marketplace_path);
  EXPECT_FALSE(read(R"({"load_public":"no","load_user":0})").load_public);
}

TEST(SkillsRequest, TheListOfOrganisationsCountsBeforeTheOne) {
  const std::string one = kOrganisation;
  EXPECT_EQ(read(R"({"org_config":)" + one + "}").organisations.size(), 1U);
  EXPECT_EQ(
      read(R"({"org_configs":[)" + one + "," + one + R"(],"org_config":)" + one + "}").organisations.size(),
      2U);
}

TEST(SkillsRequest, MarketplacesLoadAllOrSomeOrNone) {
  const auto wanted = read(R"({"registered_marketplaces":[{"name":"a","source":"/a","auto_load":true},
      {"name":"b","source":"/b","auto_load":["x"]},{"name":"c","source":"/c"}]})");
  EXPECT_TRUE(wanted.marketplaces[0].loads_one("y"));
  EXPECT_TRUE(wanted.marketplaces[1].loads_one("x"));
  EXPECT_FALSE(wanted.marketplaces[1].loads_one("y"));
  EXPECT_FALSE(wanted.marketplaces[2].loads_any());
}

TEST(SkillsRequest, NoRefusalShowsAnAddress) {
  for (const std::string body :
       {R"({"org_configs":[{"org_repo_url":"https://t0ken@h"}]})", R"({"org_configs":["https://t0ken@h"]})",
        R"({"org_config":"https://t0ken@h"})", R"({"org_configs":[{"org_repo_url":["https://t0ken@h"]}]})",
        R"({"registered_marketplaces":[{"source":["https://t0ken@h"]}]})"}) {
    const auto text = refusal(body);
    EXPECT_NE(text, "taken") << body;
    EXPECT_EQ(text.find("t0ken"), std::string::npos) << text;
  }
}

TEST(SkillsRequest, TooManyRepositoriesAreRefused) {
  std::string list = kOrganisation;
  for (int i = 0; i < 16; ++i) list += std::string(",") + kOrganisation;
  EXPECT_NE(refusal(R"({"org_configs":[)" + list + "]}").find("too_long"), std::string::npos);
}

}  // namespace
}  // namespace collet::skills
