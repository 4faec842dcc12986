#include "auth/workspace_cookie.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "collet/testing/temporary_folder.hpp"
#include "secrets/key_ring.hpp"

namespace collet::auth {
namespace {

using ::testing::ElementsAre;

class WorkspaceCookieTest : public ::testing::Test {
 protected:
  const secrets::KeyRing ring_ = secrets::KeyRing::open("/nowhere", "a secret").value();
  const secrets::KeyRing other_ = secrets::KeyRing::open("/nowhere", "another secret").value();
  const WorkspaceCookie cookie_{ring_};
  const SessionKeys keys_ = SessionKeys::from({"first", "second"}).value();
  const WorkspaceCookie::Clock::time_point now_ = WorkspaceCookie::Clock::now();
};

TEST_F(WorkspaceCookieTest, CountsForItsTime) {
  const auto value = cookie_.make("second", now_);
  EXPECT_TRUE(cookie_.accept(value, keys_, now_));
  EXPECT_TRUE(cookie_.accept(value, keys_, now_ + WorkspaceCookie::kLife - std::chrono::minutes(1)));
  EXPECT_FALSE(cookie_.accept(value, keys_, now_ + WorkspaceCookie::kLife + std::chrono::seconds(1)));
  EXPECT_EQ(value.find("second"), std::string::npos);
}

TEST_F(WorkspaceCookieTest, EndsWithItsKeys) {
  const auto value = cookie_.make("second", now_);
  EXPECT_FALSE(cookie_.accept(value, SessionKeys::from({"first"}).value(), now_));
  EXPECT_FALSE(cookie_.accept(value, SessionKeys(), now_));
  EXPECT_FALSE(WorkspaceCookie(other_).accept(value, keys_, now_));
  EXPECT_TRUE(WorkspaceCookie(ring_).accept(value, keys_, now_));
}

TEST_F(WorkspaceCookieTest, NothingElseCounts) {
  const auto value = cookie_.make("first", now_);
  for (std::size_t at = 0; at < value.size(); ++at) {
    auto changed = value;
    changed[at] = changed[at] == '7' ? '8' : '7';
    EXPECT_FALSE(cookie_.accept(changed, keys_, now_)) << at;
  }
  for (const std::string bad : {"", ".", "first", "9999999999", "9999999999.", "x.y"})
    EXPECT_FALSE(cookie_.accept(bad, keys_, now_)) << bad;
  EXPECT_FALSE(cookie_.accept(value + "x", keys_, now_));
  EXPECT_FALSE(cookie_.accept(std::string(100'000, '1'), keys_, now_));
}

TEST(Cookies, AreReadFromTheirField) {
  http::Request head;
  head.headers = {{"cookie", "a=1; b = two ;c;a=x=y"}, {"cookie", "a=3"}, {"x-cookie", "a=4"}};
  EXPECT_THAT(cookie_values(head, "a"), ElementsAre("1", "x=y", "3"));
  EXPECT_THAT(cookie_values(head, "b"), ElementsAre("two"));
  EXPECT_THAT(cookie_values(head, "c"), ElementsAre());
}

bool foreign(http::Pairs headers) {
  http::Request head;
  head.headers = std::move(headers);
  return may_be_foreign(head, http::Origins({"https://ui.example"}));
}

TEST(ForeignPages, AreToldByOriginAndFetchMetadata) {
  EXPECT_FALSE(foreign({}));
  EXPECT_FALSE(foreign({{"origin", "http://localhost:3000"}, {"sec-fetch-site", "cross-site"}}));
  EXPECT_FALSE(foreign({{"origin", "https://ui.example"}}));
  EXPECT_TRUE(foreign({{"origin", "https://evil.example"}}));
  EXPECT_TRUE(foreign({{"origin", "null"}}));
  EXPECT_FALSE(foreign({{"sec-fetch-site", "same-origin"}}));
  EXPECT_FALSE(foreign({{"sec-fetch-site", "none"}}));
  EXPECT_TRUE(foreign({{"sec-fetch-site", "cross-site"}}));
  EXPECT_TRUE(foreign({{"sec-fetch-site", "same-site"}}));
  EXPECT_TRUE(
      foreign({{"sec-fetch-site", "cross-site"}, {"referer", "https://evil.example/http://localhost"}}));
  EXPECT_FALSE(foreign({{"sec-fetch-site", "cross-site"}, {"referer", "https://ui.example/page?x"}}));
  EXPECT_FALSE(foreign({{"sec-fetch-site", "cross-site"}, {"referer", "http://127.0.0.1:3000/"}}));
  EXPECT_FALSE(foreign(
      {{"sec-fetch-site", "cross-site"}, {"sec-fetch-mode", "navigate"}, {"sec-fetch-dest", "document"}}));
  EXPECT_TRUE(foreign(
      {{"sec-fetch-site", "cross-site"}, {"sec-fetch-mode", "navigate"}, {"sec-fetch-dest", "iframe"}}));
}

}  // namespace
}  // namespace collet::auth
