#include "http/message.hpp"

#include <gtest/gtest.h>

namespace collet::http {
namespace {

TEST(Request_Lookups, FindTheFirstHeaderAndTheLastQueryValue) {
  Request request;
  request.headers = {{"accept", "a"}, {"accept", "b"}};
  request.query = {{"ids", "1"}, {"ids", "2"}};
  request.params = {{"id", "7"}};
  EXPECT_EQ(request.header("accept"), "a");
  EXPECT_FALSE(request.header("host"));
  EXPECT_EQ(request.query_value("ids"), "2");
  EXPECT_FALSE(request.query_value("id"));
  EXPECT_EQ(request.param("id"), "7");
  EXPECT_EQ(request.param("name"), "");
}

TEST(Response_Error, IsADetail) {
  const Response response = Response::error(404, "say \"no\"");
  EXPECT_EQ(response.status, 404);
  EXPECT_EQ(response.body, R"({"detail":"say \"no\""})");
  EXPECT_EQ(Response::success().body, R"({"success":true})");
}

TEST(Reply_Dropped, AnswersAnError) {
  int status = 0;
  {
    const Reply reply([&](const Response& response) { status = response.status; });
  }
  EXPECT_EQ(status, 500);
}

TEST(Reply_Sent, AnswersOnce) {
  int answers = 0;
  {
    Reply reply([&](const Response&) { ++answers; });
    Reply moved(std::move(reply));
    moved.send(Response::success());
    EXPECT_FALSE(moved);
    moved.send(Response::success());
  }
  EXPECT_EQ(answers, 1);
}

TEST(Reply_AssignedOver, AnswersTheOldRequest) {
  int first = 0;
  int second = 0;
  Reply reply([&](const Response& response) { first = response.status; });
  reply = Reply([&](const Response& response) { second = response.status; });
  EXPECT_EQ(first, 500);
  EXPECT_EQ(second, 0);
  reply.send(Response::success());
  EXPECT_EQ(second, 200);
}

}  // namespace
}  // namespace collet::http
