#include "auth/socket_auth.hpp"

#include <gtest/gtest.h>

namespace collet::auth {
namespace {

using Kind = http::SocketVerdict::Kind;

http::Request with(http::Pairs query, http::Pairs headers = {}) {
  http::Request request;
  request.query = std::move(query);
  request.headers = std::move(headers);
  return request;
}

class KeyedSockets : public testing::Test {
 protected:
  SessionKeys keys_ = SessionKeys::from({"right", "other"}).value();
  SocketAuth auth_{keys_};
};

TEST_F(KeyedSockets, QueryOrHeader_Decides) {
  EXPECT_EQ(auth_.check_request(with({{"session_api_key", "right"}})).kind, Kind::kAdmit);
  EXPECT_EQ(auth_.check_request(with({}, {{"x-session-api-key", "other"}})).kind, Kind::kAdmit);
  for (const auto& request : {with({{"session_api_key", "bad"}}), with({}, {{"x-session-api-key", "bad"}})}) {
    const auto verdict = auth_.check_request(request);
    EXPECT_EQ(verdict.kind, Kind::kRefuse);
    EXPECT_EQ(verdict.refusal.status, 403);
    EXPECT_TRUE(verdict.refusal.body.empty() && verdict.refusal.content_type.empty());
  }
}

TEST_F(KeyedSockets, WithoutKey_TheFirstMessageDecides) {
  EXPECT_EQ(auth_.check_request(with({})).kind, Kind::kAskFirstMessage);
  EXPECT_EQ(auth_.check_request(with({{"session_api_key", ""}})).kind, Kind::kAskFirstMessage);
  EXPECT_TRUE(auth_.check_first_message(R"({"type":"auth","session_api_key":"right"})"));
  for (const char* text : {R"({"type":"auth","session_api_key":"bad"})",
                           R"({"type":"hello","session_api_key":"right"})", R"({"session_api_key":"right"})",
                           R"({"type":"auth"})", R"({"type":"auth","session_api_key":["right"]})", R"([1])",
                           "garbage", "", R"({"role":"user","content":[]})", R"("auth")"})
    EXPECT_FALSE(auth_.check_first_message(text)) << text;
}

TEST_F(KeyedSockets, LongFirstMessage_IsNotEvenParsed) {
  const std::string padding(100'000, ' ');
  EXPECT_FALSE(auth_.check_first_message(R"({"type":"auth","session_api_key":"right"})" + padding));
}

TEST(SocketAuth_WithoutKeys, AdmitsAndSwallowsAuthMessages) {
  const SessionKeys none;
  EXPECT_EQ(SocketAuth(none).check_request(with({{"session_api_key", "any"}})).kind, Kind::kAdmit);
  EXPECT_TRUE(SocketAuth::is_auth_message(R"({"type":"auth","session_api_key":"x"})"));
  EXPECT_FALSE(SocketAuth::is_auth_message(R"({"role":"user","content":"auth"})"));
  EXPECT_FALSE(SocketAuth::is_auth_message("auth"));
}

}  // namespace
}  // namespace collet::auth
