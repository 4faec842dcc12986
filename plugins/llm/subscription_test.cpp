#include "subscription.hpp"

#include <gmock/gmock.h>

#include "collet/http.hpp"
#include "collet/testing/fake_host.hpp"

namespace collet::llm_catalogue {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kOff =
    R"({"vendor":"openai","connected":false,"account_email":null,"expires_at":null})";

class SubscriptionTest : public ::testing::Test {
 protected:
  SubscriptionTest() {
    fake_.answer_http([this](const HttpRequest& request) {
      asked_ = request.url + " " + request.body;
      const bool exchange = request.url.ends_with("/oauth/token");
      if (request.url.ends_with("/usercode"))
        return ok(R"({"user_code":"ABCD","device_auth_id":"d-1","interval":"7"})");
      if (exchange) {
        if (during_exchange_) during_exchange_();
        return ok(R"({"access_token":"acc-secret","refresh_token":"ref-secret","expires_in":100})");
      }
      return pending_ ? HttpResult{COLLET_OK, {403, {}, "{}"}, {}}
                      : ok(R"({"authorization_code":"c d","code_verifier":"v"})");
    });
  }
  static HttpResult ok(std::string body) { return {COLLET_OK, {200, {}, std::move(body)}, {}}; }
  std::string start() { return json::string_or(*json::parse(subscription_.start()), "device_code"); }
  static std::string refusal(const std::function<void()>& act) {
    try {
      act();
      return {};
    } catch (const Refusal& refused) {
      return std::to_string(refused.response().status) + " " + refused.response().body;
    }
  }

  std::int64_t now_ = 1'000'000;
  bool pending_ = false;
  std::function<void()> during_exchange_;
  std::string asked_;
  collet::testing::FakeHost fake_;
  Host host_{&fake_.table()};
  Subscription subscription_{host_, DeviceLogin(host_, "https://auth.example"), [this] { return now_; }};
};

TEST_F(SubscriptionTest, ALogin_EndsWhenTheUserHasConfirmedIt) {
  EXPECT_EQ(subscription_.status(), kOff);
  const auto started = subscription_.start();
  EXPECT_THAT(started,
              HasSubstr(R"("user_code":"ABCD","verification_uri":"https://auth.example/codex/device")"));
  EXPECT_THAT(started, HasSubstr(R"("expires_at":1900000,"interval_seconds":7)"));
  EXPECT_THAT(started, Not(HasSubstr("d-1")));
  const auto token = json::string_or(*json::parse(started), "device_code");
  pending_ = true;
  EXPECT_EQ(subscription_.poll(token), kOff);
  pending_ = false;
  const auto connected = subscription_.poll(token);
  EXPECT_THAT(connected, HasSubstr(R"("connected":true,"account_email":null,"expires_at":1100000)"));
  EXPECT_THAT(asked_,
              HasSubstr("code=c%20d&redirect_uri=https%3A%2F%2Fauth.example%2Fdeviceauth%2Fcallback"));
  EXPECT_EQ(subscription_.status(), connected);
  EXPECT_THAT(connected, Not(HasSubstr("secret")));
  EXPECT_THAT(refusal([&] { subscription_.poll(token); }), HasSubstr("404"));
  EXPECT_EQ(subscription_.logout(), kOff);
  EXPECT_EQ(subscription_.status(), kOff);
  EXPECT_EQ(fake_.shared("openai"), std::nullopt);
}

TEST_F(SubscriptionTest, TokensAreRenewedWhenTheyExpire) {
  subscription_.poll(start());
  now_ += 90'000;
  EXPECT_THAT(subscription_.status(),
              HasSubstr(R"("connected":true,"account_email":null,"expires_at":1190000)"));
  EXPECT_THAT(asked_, HasSubstr("refresh_token=ref-secret"));
  fake_.answer_http([](const HttpRequest&) { return HttpResult{COLLET_UNAVAILABLE, {}, "no network"}; });
  now_ += 90'000;
  EXPECT_EQ(subscription_.status(), kOff);
  EXPECT_THAT(*fake_.shared("openai"), HasSubstr("ref-secret"));  // for when the network is there again
}

TEST_F(SubscriptionTest, WithoutNetwork_ItSaysSoAndTheLoginStays) {
  const auto token = start();
  fake_.answer_http([](const HttpRequest&) { return HttpResult{COLLET_UNAVAILABLE, {}, "no such host"}; });
  EXPECT_THAT(refusal([&] { subscription_.start(); }), HasSubstr("503"));
  EXPECT_THAT(refusal([&] { subscription_.poll(token); }), HasSubstr("cannot be reached: no such host"));
  fake_.answer_http([](const HttpRequest&) { return HttpResult{COLLET_OK, {500, {}, "secret"}, {}}; });
  EXPECT_THAT(refusal([&] { subscription_.poll(token); }), HasSubstr("502"));
  for (const auto* body : {"[", "[]", "{}", R"({"user_code":5,"device_auth_id":"d"})"}) {
    fake_.answer_http([=](const HttpRequest&) { return ok(body); });
    EXPECT_THAT(refusal([&] { subscription_.start(); }), HasSubstr("502")) << body;
  }
  EXPECT_THAT(*fake_.shared("openai"), HasSubstr(token));
}

TEST_F(SubscriptionTest, ALoginExpires) {
  const auto token = start();
  now_ += 900'000;
  EXPECT_THAT(refusal([&] { subscription_.poll(token); }), HasSubstr("404"));
  EXPECT_THAT(refusal([&] { subscription_.poll("zzz"); }), HasSubstr("not found or expired"));
}

TEST_F(SubscriptionTest, ALogoutMeanwhile_Wins) {
  const auto token = start();
  during_exchange_ = [&] { subscription_.logout(); };
  EXPECT_EQ(subscription_.poll(token), kOff);
  EXPECT_EQ(subscription_.status(), kOff);
}

TEST_F(SubscriptionTest, LoginsUnderWayAreBounded) {
  const auto first = start();
  for (std::size_t i = 0; i < kMostLogins; ++i) start();
  EXPECT_THAT(refusal([&] { subscription_.poll(first); }), HasSubstr("404"));
  const auto stored = json::parse(*fake_.shared("openai"));
  EXPECT_EQ(json::find(*stored, "logins")->MemberCount(), kMostLogins);
}

}  // namespace
}  // namespace collet::llm_catalogue
