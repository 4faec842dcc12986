#include <gtest/gtest.h>

#include "llm/provider.hpp"

namespace collet::llm {
namespace {

struct Silent final : Provider {
  std::unique_ptr<Call> start(const Config&, Request, Delta, Done) override { return nullptr; }
};

TEST(Providers, Lookup_GoesByTheNameBeforeTheFirstSlash) {
  Silent fallback;
  Providers providers(fallback);
  const auto demo = std::make_shared<Silent>();
  ASSERT_TRUE(providers.add("demo", demo).ok());
  EXPECT_EQ(&providers.for_model("demo/tour"), demo.get());
  EXPECT_EQ(&providers.for_model("demo/a/b"), demo.get());
  EXPECT_EQ(&providers.for_model("demo"), &fallback) << "a bare name is a model, not a provider";
  EXPECT_EQ(&providers.for_model("openai/demo"), &fallback);
  EXPECT_EQ(&providers.for_model(""), &fallback);
}

TEST(Providers, TakenOrBadName_IsRefused_ByKind) {
  Silent fallback;
  Providers providers(fallback);
  ASSERT_TRUE(providers.add("demo", std::make_shared<Silent>()).ok());
  EXPECT_EQ(providers.add("demo", std::make_shared<Silent>()).error().kind, Error::Kind::kConflict);
  EXPECT_EQ(providers.add("a/b", std::make_shared<Silent>()).error().kind, Error::Kind::kInvalid);
  EXPECT_EQ(providers.add("", std::make_shared<Silent>()).error().kind, Error::Kind::kInvalid);
}

}  // namespace
}  // namespace collet::llm
