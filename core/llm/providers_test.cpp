#include <gtest/gtest.h>

#include "llm/call_observer.hpp"
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

// Keeps what is done until it is told to.
struct Held final : Provider {
  std::unique_ptr<Call> start(const Config&, Request, Delta, Done its_done) override {
    done = std::move(its_done);
    return std::make_unique<Call>();
  }
  Done done;
};

struct Seen final : CallObserver {
  void call_started(const Config& config) noexcept override {
    lines.push_back("started " + config.model + config.api_key);
  }
  void call_ended(const Config& config, const Outcome* outcome, double) noexcept override {
    lines.push_back("ended " + config.model +
                    (outcome == nullptr ? " cancelled" : " " + outcome->failure.code));
  }
  std::vector<std::string> lines;
};

TEST(Providers, Observer_IsToldOnceOfEachCallAndNoSecret) {
  Held fallback;
  Seen seen;
  Providers providers(fallback, &seen);
  const auto demo = std::make_shared<Held>();
  ASSERT_TRUE(providers.add("demo", demo).ok());
  Config config;
  config.model = "demo/a";
  config.api_key = "s3cret";
  int done = 0;
  auto call = providers.for_model(config.model).start(config, {}, {}, [&](Outcome) { ++done; });
  demo->done({std::nullopt, {"LLMTimeoutError", "", "", false, ""}});
  call.reset();
  config.model = "b";
  call = providers.for_model(config.model).start(config, {}, {}, [&](Outcome) { ++done; });
  call.reset();
  EXPECT_EQ(done, 1);
  EXPECT_EQ(seen.lines, (std::vector<std::string>{"started demo/a", "ended demo/a LLMTimeoutError",
                                                  "started b", "ended b cancelled"}));
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
