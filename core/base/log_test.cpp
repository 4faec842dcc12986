#include "base/log.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "collet/json.hpp"

namespace collet::log {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class LogTest : public ::testing::Test {
 protected:
  void TearDown() override { configure(Level::kInfo, false); }

  static std::string written(const std::function<void()>& f) {
    ::testing::internal::CaptureStderr();
    f();
    return ::testing::internal::GetCapturedStderr();
  }
};

TEST_F(LogTest, Text_NamesPartAndIds) {
  configure(Level::kInfo, false);
  EXPECT_THAT(written([] { info("http", "hello"); }), EndsWith(" info [http] hello\n"));
  EXPECT_THAT(written([] { info("http", "hello", {.request = "r1", .conversation = "c1"}); }),
              EndsWith(" info [http] hello (conversation c1, request r1)\n"));
  EXPECT_THAT(written([] { debug("http", "hello"); }), IsEmpty());
}

TEST_F(LogTest, Text_IsOneLineWhateverIsInIt) {
  configure(Level::kInfo, false);
  EXPECT_THAT(written([] { info("a\nb", "x\n2026-01-01 error [auth] forged\x1b[2J", {.request = "r\n1"}); }),
              EndsWith(" info [a\\nb] x\\n2026-01-01 error [auth] forged\\x1b[2J (request r\\n1)\n"));
}

TEST_F(LogTest, Json_HasIdsAndPlugin) {
  configure(Level::kInfo, true);
  const auto line = json::parse(written([] { error("plugin bash", "a \"b\"\n", {.conversation = "c1"}); }));
  ASSERT_TRUE(line);
  EXPECT_EQ(json::string_at(*line, "level"), "error");
  EXPECT_EQ(json::string_at(*line, "part"), "plugin bash");
  EXPECT_EQ(json::string_at(*line, "plugin"), "bash");
  EXPECT_EQ(json::string_at(*line, "conversation"), "c1");
  EXPECT_EQ(json::string_at(*line, "message"), "a \"b\"\n");
  EXPECT_FALSE(json::find(*line, "request"));
}

TEST_F(LogTest, Scope_LendsItsIdsToTheThread) {
  configure(Level::kInfo, false);
  const std::string request = "r1", conversation = "c1";
  {
    const Scope outer({.request = request});
    const Scope inner({.conversation = conversation});
    EXPECT_THAT(written([] { info("api", "x"); }), HasSubstr("(conversation c1, request r1)"));
    EXPECT_THAT(written([] { info("api", "x", {.conversation = "c2"}); }),
                HasSubstr("(conversation c2, request r1)"));
  }
  EXPECT_THAT(written([] { info("api", "x"); }), EndsWith("[api] x\n"));
}

}  // namespace
}  // namespace collet::log
