// Which router, and which route of it, a request gets.
#include <gtest/gtest.h>

#include "http/http_server.hpp"
#include "http/testing/test_server.hpp"

namespace collet::http {
namespace {

using testing::RawClient;
using testing::request;

class HttpRoutesTest : public testing::ServerTest {
 protected:
  void SetUp() override {
    route("GET", "/health", Lane::kInline,
          [](const Request&) { return Response::json(R"({"status":"ok"})"); });
    route("POST", "/echo", Lane::kInline, [](const Request& r) { return Response::text(r.body); });
    route("GET", "/worker", Lane::kWorker, [](const Request&) { return Response::text("worker"); });
  }
};

TEST_F(HttpRoutesTest, SwitchTo_ServesAnotherRouterFromThenOn) {
  start();
  RawClient client(port_);
  EXPECT_EQ(client.ask(request("GET", "/health"))->body, R"({"status":"ok"})");
  Router other;
  ASSERT_TRUE(other
                  .add({.method = "GET",
                        .pattern = "/health",
                        .owner = "core",
                        .lane = Lane::kInline,
                        .handler = answering([](const Request&) { return Response::text("another"); })})
                  .ok());
  testing::OpenGate gate;
  server_->switch_to(other, gate, {"https://ui.example"});
  EXPECT_EQ(client.ask(request("GET", "/health"))->body, "another") << "on a connection from before, too";
  EXPECT_EQ(ask(request("GET", "/worker")).status, 404);
  server_.reset();  // before the router goes
}

TEST_F(HttpRoutesTest, Alternative_GetsTheBodiesThatItsRuleIsFor) {
  Route one{.method = "POST",
            .pattern = "/echo",
            .owner = "plugin",
            .handler = answering([](const Request& r) { return Response::text("alternative: " + r.body); })};
  one.when.has = {"old"};
  ASSERT_TRUE(router_.add(std::move(one)).ok());
  start();
  EXPECT_EQ(ask(request("POST", "/echo", "", R"({"new":1})")).body, R"({"new":1})");
  EXPECT_EQ(ask(request("POST", "/echo", "", R"({"old":1})")).body, R"(alternative: {"old":1})");
  EXPECT_EQ(ask(request("POST", "/echo", "", "no JSON")).body, "no JSON");
}

}  // namespace
}  // namespace collet::http
