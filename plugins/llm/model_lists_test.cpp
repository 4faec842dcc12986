#include "model_lists.hpp"

#include <gtest/gtest.h>

namespace collet::llm_catalogue {
namespace {

constexpr const char* kTable =
    R"({"providers":["acme","other"],"verified":{"acme":["new"],"resold":["big"]},)"
    R"("subscriptions":{"acme":["new"]},"models":{"big":["acme",1,1,1,1,null,null,"t"],"new":["third"],)"
    R"("other/small":["other"],"acme.one":["cloud"],"big-1.5":["third"],"other/acme/x":["other"]}})";

TEST(ModelLists, ModelsOfAProvider_AreItsOwnItsNamesAndThoseVerifiedWithIt) {
  const ModelLists lists(kTable);
  EXPECT_EQ(lists.models({}),
            R"({"models":["acme.one","big","big-1.5","new","other/acme/x","other/small"]})");
  EXPECT_EQ(lists.models("acme"), R"({"models":["acme.one","big","new"]})");
  EXPECT_EQ(lists.models("other"), R"({"models":["other/acme/x","other/small"]})");
  EXPECT_EQ(lists.models("resold"), R"({"models":["big"]})");
  for (const auto* none : {"zzz", "", "big-1", "verified"}) EXPECT_EQ(lists.models(none), R"({"models":[]})");
}

TEST(ModelLists, OtherLists_AreAsInTheTable) {
  const ModelLists lists(kTable);
  EXPECT_EQ(lists.providers(), R"({"providers":["acme","other"]})");
  EXPECT_EQ(lists.verified(), R"({"models":{"acme":["new"],"resold":["big"]}})");
  EXPECT_EQ(lists.of_subscription("acme"), R"({"vendor":"acme","models":["new"]})");
  EXPECT_EQ(lists.of_subscription("zzz"), R"({"vendor":"zzz","models":[]})");
}

TEST(ModelLists, ATableThatIsNone_IsRefused) {
  for (const auto* table :
       {"", "[]", "{}", R"({"providers":{},"verified":{},"subscriptions":{},"models":{}})"})
    EXPECT_THROW(ModelLists{table}, std::runtime_error) << table;
}

}  // namespace
}  // namespace collet::llm_catalogue
