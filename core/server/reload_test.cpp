#include "server/reload.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace collet::server {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(PlanReload, NothingChanged) {
  const auto plan = plan_reload({}, {});
  EXPECT_THAT(plan.taken, IsEmpty());
  EXPECT_THAT(plan.needs_restart, IsEmpty());
}

TEST(PlanReload, TakesSessionKeysAndLog) {
  Config fresh;
  fresh.session_api_keys = {"new"};
  fresh.log = {log::Level::kDebug, true};
  const auto plan = plan_reload({}, fresh);
  EXPECT_THAT(plan.taken, ElementsAre("session_api_keys", "log.level", "log.json"));
  EXPECT_THAT(plan.needs_restart, IsEmpty());
  EXPECT_THAT(plan.config.session_api_keys, ElementsAre("new"));
  EXPECT_EQ(plan.config.log.level, log::Level::kDebug);
}

TEST(PlanReload, KeysThatCameWithTheInitializationStay) {
  Config running, fresh;
  running.deferred_init = fresh.deferred_init = true;
  fresh.session_api_keys = {"new"};
  const auto plan = plan_reload(running, fresh);
  EXPECT_THAT(plan.needs_restart, ElementsAre("session_api_keys"));
  EXPECT_THAT(plan.config.session_api_keys, IsEmpty());
}

TEST(PlanReload, LeavesTheRestAndNamesIt) {
  Config fresh;
  fresh.port = 9;
  fresh.secret_key = "another";
  fresh.routers_off = {"openapi"};
  fresh.plugins = R"({"directories":[],"bash":{"enabled":false}})";
  const auto plan = plan_reload({}, fresh);
  EXPECT_THAT(plan.taken, IsEmpty());
  EXPECT_THAT(plan.needs_restart, ElementsAre("port", "secret_key", "routers.openapi", "plugins.bash"));
  EXPECT_EQ(plan.config.port, 8000);
  EXPECT_EQ(plan.config.secret_key, "");
}

}  // namespace
}  // namespace collet::server
