#include "http/cors.hpp"

#include <gtest/gtest.h>

namespace collet::http {
namespace {

Request from(const std::string& method, const std::string& origin, Pairs more = {}) {
  Request request;
  request.method = method;
  request.headers = std::move(more);
  if (!origin.empty()) request.headers.emplace_back("origin", origin);
  return request;
}

std::string field(const Pairs& fields, std::string_view name) {
  for (const auto& [key, value] : fields)
    if (key == name) return value;
  return "-";
}

const Pairs kPatch = {{"access-control-request-method", "PATCH"}};

TEST(Origins_Loopback, IsAllowedOnAnyPort) {
  const Origins origins({"https://ui.example"});
  for (const char* origin : {"http://localhost", "http://localhost:3000", "https://127.0.0.1:8443",
                             "http://[::1]:1", "http://LOCALHOST:3000", "https://ui.example"})
    EXPECT_TRUE(origins.allow(origin)) << origin;
}

TEST(Origins_Foreign, IsRefused) {
  const Origins origins({"https://ui.example"});
  for (const char* origin : {"https://evil.example", "null", "", "http://localhost.evil.example",
                             "http://localhost:", "http://localhost:80x", "http://127.0.0.1.evil.example",
                             "http://evil.example/localhost", "ftp://localhost",
                             "http://localhost@evil.example", "https://ui.example.evil", "http://ui.example",
                             "file://", "http://127.0.0.2", "http://localhost:123456"})
    EXPECT_FALSE(origins.allow(origin)) << origin;
}

TEST(Cors_PreflightOfALoopbackPage, IsAnsweredOk) {
  const auto answer =
      Cors({}).preflight(from("OPTIONS", "http://localhost:3000",
                              {{"access-control-request-method", "PATCH"},
                               {"access-control-request-headers", "x-session-api-key,content-type"}}));
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 200);
  EXPECT_EQ(answer->body, "OK");
  EXPECT_EQ(field(answer->headers, "access-control-allow-origin"), "http://localhost:3000");
  EXPECT_EQ(field(answer->headers, "access-control-allow-credentials"), "true");
  EXPECT_EQ(field(answer->headers, "access-control-allow-headers"), "x-session-api-key,content-type");
  EXPECT_EQ(field(answer->headers, "access-control-allow-methods"),
            "DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT");
  EXPECT_EQ(field(answer->headers, "access-control-max-age"), "600");
}

TEST(Cors_PreflightOfAForeignPage, IsRefused) {
  const auto answer = Cors({}).preflight(from("OPTIONS", "https://evil.example", kPatch));
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 400);
  EXPECT_EQ(answer->body, "Disallowed CORS origin");
  EXPECT_EQ(field(answer->headers, "access-control-allow-origin"), "-");
}

TEST(Cors_OtherRequests, AreNoPreflight) {
  EXPECT_FALSE(Cors({}).preflight(from("OPTIONS", "http://localhost")));
  EXPECT_FALSE(Cors({}).preflight(from("GET", "http://localhost", kPatch)));
  EXPECT_FALSE(Cors({}).preflight(from("OPTIONS", "", kPatch)));
}

TEST(Cors_SimpleRequests, GetTheOriginBackWhenItIsAllowed) {
  EXPECT_EQ(Cors({}).headers(from("GET", "")), (Pairs{{"vary", "Origin"}}));
  EXPECT_EQ(field(Cors({}).headers(from("GET", "http://localhost:1")), "access-control-allow-origin"),
            "http://localhost:1");
  const auto foreign = Cors({}).headers(from("GET", "https://evil.example"));
  EXPECT_EQ(field(foreign, "access-control-allow-origin"), "-");
  EXPECT_EQ(field(foreign, "access-control-allow-credentials"), "true");
}

}  // namespace
}  // namespace collet::http
