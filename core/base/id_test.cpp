#include "base/id.hpp"

#include <gtest/gtest.h>

#include <set>

namespace collet {
namespace {

TEST(Id, NewUuid_IsVersionFourAndUnique) {
  std::set<std::string> seen;
  for (int i = 0; i < 2000; ++i) {
    const std::string id = new_uuid();
    ASSERT_EQ(id.size(), 36u);
    EXPECT_EQ(id[14], '4');
    EXPECT_NE(std::string("89ab").find(id[19]), std::string::npos);
    EXPECT_TRUE(seen.insert(id).second);
  }
}

TEST(Id, Parse_TakesBothFormsAndEitherCase) {
  const std::string dashed = "6e96170e-b8da-4e31-998c-adddb22718d6";
  EXPECT_EQ(parse_uuid(dashed), dashed);
  EXPECT_EQ(parse_uuid("6e96170eb8da4e31998cadddb22718d6"), dashed);
  EXPECT_EQ(parse_uuid("6E96170EB8DA4E31998CADDDB22718D6"), dashed);
  EXPECT_EQ(without_dashes(dashed), "6e96170eb8da4e31998cadddb22718d6");
}

TEST(Id, Parse_RefusesEverythingElse) {
  for (const char* bad :
       {"", "zzz", "6e96170e-b8da-4e31-998c-adddb22718dg", "6e96170eb-8da-4e31-998c-adddb22718d6",
        "6e96170e-b8da-4e31-998c-adddb22718d6 ", "------------------------------------"})
    EXPECT_FALSE(parse_uuid(bad)) << bad;
}

}  // namespace
}  // namespace collet
