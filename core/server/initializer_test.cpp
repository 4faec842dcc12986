#include "server/initializer.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "process/spawner.hpp"

namespace collet::server {
namespace {

json::Document body(const char* text) { return std::move(*json::parse(text)); }

Config dormant() {
  Config config;
  config.deferred_init = true;
  config.state = "/state";
  config.secret_key = "boot";
  config.session_api_keys = {"old"};
  return config;
}

TEST(InitializedConfig, TakesWhatIsGiven) {
  const auto made = initialized_config(
      dormant(), body(R"({"session_api_keys":["k"],"secret_key":"s","conversations_path":"/work/./c",)"
                      R"("web_url":"https://x.example","allow_cors_origins":["https://ui.example"],)"
                      R"("max_concurrent_runs":3})"));
  ASSERT_TRUE(made.ok()) << made.error().message;
  EXPECT_EQ(made->session_api_keys, std::vector<std::string>{"k"});
  EXPECT_EQ(made->secret_key, "s");
  EXPECT_EQ(made->state, "/work/c");
  EXPECT_EQ(made->public_url, "https://x.example");
  EXPECT_EQ(made->allow_cors_origins, std::vector<std::string>{"https://ui.example"});
  EXPECT_EQ(made->conversations.max_concurrent_runs, 3);
}

TEST(InitializedConfig, KeepsWhatIsNot) {
  const auto made = initialized_config(dormant(), body(R"({"secret_key":null})"));
  EXPECT_EQ(made->secret_key, "boot");
  EXPECT_EQ(made->session_api_keys, std::vector<std::string>{"old"});
  EXPECT_EQ(made->state, "/state");
}

TEST(InitializedConfig, RefusesWhatCannotBe) {
  EXPECT_EQ(initialized_config(dormant(), body(R"({"web_url":"nonsense"})")).error().message,
            "web_url must be a URL like https://collet.example");
  Config open = dormant();
  open.host = "0.0.0.0";
  EXPECT_FALSE(initialized_config(open, body(R"({"session_api_keys":[]})")).ok());
}

TEST(Initializer, IsReadyOnce) {
  std::vector<std::string> made;
  Initializer initializer(dormant(), [&](const Config& config) {
    made.push_back(config.secret_key);
    return made.size() == 1 ? Result<void>(unavailable("the disk is full")) : Result<void>();
  });
  EXPECT_EQ(initializer.status()->state, "dormant");
  EXPECT_TRUE(initializer.admits("boot"));
  EXPECT_FALSE(initializer.admits(""));

  EXPECT_EQ(initializer.initialize(body(R"({"secret_key":"new"})")).error().message, "the disk is full");
  EXPECT_EQ(initializer.status()->state, "dormant");
  EXPECT_EQ(initializer.status()->error, "the disk is full");
  EXPECT_TRUE(initializer.admits("boot"));

  EXPECT_TRUE(initializer.initialize(body(R"({"secret_key":"new"})")).ok());
  EXPECT_EQ(initializer.status()->state, "ready");
  EXPECT_FALSE(initializer.status()->error);
  EXPECT_FALSE(initializer.admits("boot")) << "the new key counts";
  EXPECT_EQ(initializer.initialize(body("{}")).error().kind, Error::Kind::kConflict);
  EXPECT_EQ(made, (std::vector<std::string>{"new", "new"}));
}

TEST(Initializer, EnvironmentReachesChildrenWithoutOurKeys) {
  Initializer initializer(dormant(), [](const Config&) { return Result<void>(); });
  EXPECT_EQ(initializer.initialize(body(R"({"env":{"A=B":"1"}})")).error().kind, Error::Kind::kInvalid);
  ASSERT_TRUE(initializer.initialize(body(R"({"env":{"OF_THIS_TEST":"1","OH_SECRET_KEY":"x"}})")).ok());
  bool found = false;
  for (const auto& variable : process::child_environment()) {
    found = found || variable == "OF_THIS_TEST=1";
    EXPECT_FALSE(variable.starts_with("OH_SECRET_KEY"));
  }
  EXPECT_TRUE(found);
}

TEST(Initializer, OneThatIsNotDormantHasNoStatus) {
  const Initializer initializer(Config{}, [](const Config&) { return Result<void>(); });
  EXPECT_FALSE(initializer.status());
  EXPECT_TRUE(initializer.admits("anything")) << "there is no key to know";
}

}  // namespace
}  // namespace collet::server
