#include "api/message_body.hpp"

#include <gtest/gtest.h>

#include "api/models.hpp"

namespace collet::api {
namespace {

std::string errors_of(std::string_view text) {
  Validation validation;
  check(kSendMessageRequest, *json::parse(text), {"body"}, validation);
  return validation.ok() ? "" : validation.response().body;
}

TEST(MessageBody, Good_PartsAreCanonical) {
  constexpr std::string_view kMessage =
      R"({"content":[{"text":"hi"},{"type":"image","image_urls":["data:x"]}],"run":true,"sender":"me"})";
  EXPECT_EQ(errors_of(kMessage), "");
  const auto body = read_message(*json::parse(kMessage));
  EXPECT_EQ(
      body.content,
      R"([{"cache_prompt":false,"type":"text","text":"hi"},{"cache_prompt":false,"type":"image","image_urls":["data:x"]}])");
  EXPECT_TRUE(body.run);
  EXPECT_EQ(body.sender, "me");
}

TEST(MessageBody, Empty_IsAMessageWithoutContent) { EXPECT_EQ(errors_of("{}"), ""); }

TEST(MessageBody, Bad_EachMistakeHasItsPlace) {
  EXPECT_NE(errors_of(R"({"role":"zz"})").find(R"("loc":["body","role"])"), std::string::npos);
  EXPECT_NE(errors_of(R"({"role":"system"})").find("only user messages"), std::string::npos);
  EXPECT_NE(errors_of(R"({"content":"plain"})").find("list_type"), std::string::npos);
  EXPECT_NE(errors_of(R"({"content":[{"type":"zzz"}]})")
                .find(R"(["body","content",0,"ImageContent","image_urls"])"),
            std::string::npos);
  EXPECT_NE(errors_of(R"({"run":"yes"})").find("bool_type"), std::string::npos);
}

TEST(MessageBody, Socket_TakesOneStringAndRunsByItself) {
  const auto received = read_socket_message(R"({"role":"user","content":"plain"})");
  EXPECT_EQ(received.error_code, "");
  EXPECT_TRUE(received.message.run);
  EXPECT_EQ(received.message.content, R"([{"cache_prompt":false,"type":"text","text":"plain"}])");
}

TEST(MessageBody, Socket_GarbageIsAnError) {
  EXPECT_EQ(read_socket_message("garbage").error_code, "JSONDecodeError");
  EXPECT_EQ(read_socket_message(R"({"bogus":1})").error_code, "ValidationError");
  EXPECT_EQ(read_socket_message("[1]").error_code, "ValidationError");
}

}  // namespace
}  // namespace collet::api
