#include "http/router.hpp"

#include <gtest/gtest.h>

namespace collet::http {
namespace {

Route route(std::string method, std::string pattern, std::string owner = "core") {
  return {.method = std::move(method),
          .pattern = std::move(pattern),
          .owner = std::move(owner),
          .handler = [](const Request&, Reply) {}};
}

SocketRoute socket(std::string pattern, std::string owner = "core") {
  return {.pattern = std::move(pattern),
          .owner = std::move(owner),
          .refuse = {},
          .on_open = [](const std::shared_ptr<WebSocket>&, const Request&) {}};
}

class RouterTable : public testing::Test {
 protected:
  void SetUp() override {
    for (const char* pattern :
         {"/", "/health", "/api/conversations", "/api/conversations/search", "/api/conversations/{id}",
          "/api/conversations/{id}/events/{event}", "/api/files/{path...}", "/api/tools/"})
      ASSERT_TRUE(router.add(route("GET", pattern)).ok());
    ASSERT_TRUE(router.add(route("DELETE", "/api/conversations/{conversation}")).ok());
    ASSERT_TRUE(router.add(socket("/sockets/events/{id}")).ok());
  }
  std::string pattern_of(std::string_view path, std::string_view method = "GET") const {
    const Match match = router.match(method, path);
    return match.route != nullptr ? match.route->pattern : "";
  }
  Router router;
};

TEST_F(RouterTable, Literals_WinOverParameters) {
  EXPECT_EQ(pattern_of("/"), "/");
  EXPECT_EQ(pattern_of("/health"), "/health");
  EXPECT_EQ(pattern_of("/api/conversations/search"), "/api/conversations/search");
  EXPECT_EQ(pattern_of("/api/conversations/1"), "/api/conversations/{id}");
  EXPECT_EQ(pattern_of("/api/conversations/search", "DELETE"), "/api/conversations/{conversation}");
}

TEST_F(RouterTable, Parameters_AreNamedByTheirOwnRoute) {
  const Match match = router.match("GET", "/api/conversations/7/events/e%201");
  ASSERT_NE(match.route, nullptr);
  EXPECT_EQ(match.params, (Pairs{{"id", "7"}, {"event", "e 1"}}));
  EXPECT_EQ(router.match("DELETE", "/api/conversations/7").params, (Pairs{{"conversation", "7"}}));
}

TEST_F(RouterTable, EncodedSlash_StaysInItsSegment) {
  const Match match = router.match("GET", "/api/conversations/a%2Fb");
  ASSERT_NE(match.route, nullptr);
  EXPECT_EQ(match.params, (Pairs{{"id", "a/b"}}));
}

TEST_F(RouterTable, Decoding_HappensOnce) {
  EXPECT_EQ(router.match("GET", "/api/conversations/%2541").params, (Pairs{{"id", "%41"}}));
  EXPECT_EQ(pattern_of("/%61pi/conversations"), "/api/conversations");
}

TEST_F(RouterTable, BadEscapes_AreNoPath) {
  for (const char* path : {"/api/conversations/%", "/api/conversations/%4", "/api/conversations/%zz",
                           "/api/conversations/a%00b", "/api/conversations/%ff", "/api/conversations/..",
                           "/api/files/a/%2e%2e/b", "/./health", "", "health"})
    EXPECT_TRUE(router.match("GET", path).bad_path) << path;
}

TEST_F(RouterTable, DotsBetweenEncodedSlashes_AreNoPath) {
  for (const char* path : {"/api/files/..%2f..%2fetc%2fpasswd", "/api/files/a%2F..", "/api/files/.%2Fa",
                           "/api/files/a%2f%2e%2e/b", "/api/conversations/x%2F..%2Fy"})
    EXPECT_TRUE(router.match("GET", path).bad_path) << path;
  EXPECT_EQ(router.match("GET", "/api/files/a%2F..b/c..%2F...").params, (Pairs{{"path", "a/..b/c../..."}}));
}

TEST_F(RouterTable, Rest_TakesWhatIsLeft) {
  EXPECT_EQ(router.match("GET", "/api/files/a/b%20c/d").params, (Pairs{{"path", "a/b c/d"}}));
  EXPECT_EQ(router.match("GET", "/api/files/").params, (Pairs{{"path", ""}}));
  EXPECT_EQ(router.match("GET", "/api/files").redirect, "/api/files/");
}

TEST_F(RouterTable, EmptySegment_IsNoParameter) {
  EXPECT_EQ(pattern_of("/api/conversations//events/1"), "");
  EXPECT_EQ(pattern_of("//health"), "");
}

TEST_F(RouterTable, WrongMethod_NamesTheRightOnes) {
  EXPECT_EQ(router.match("POST", "/health").allow, "GET");
  EXPECT_EQ(router.match("PUT", "/api/conversations/search").allow, "DELETE, GET");
  EXPECT_EQ(router.match("get", "/health").allow, "GET");
}

TEST_F(RouterTable, MissingOrSuperfluousSlash_Redirects) {
  EXPECT_EQ(router.match("GET", "/api/tools").redirect, "/api/tools/");
  EXPECT_EQ(router.match("GET", "/health/").redirect, "/health");
  EXPECT_EQ(router.match("GET", "/nope/").redirect, "");
}

TEST_F(RouterTable, UnknownPath_SaysNothing) {
  const Match match = router.match("GET", "/nope");
  EXPECT_EQ(match.route, nullptr);
  EXPECT_EQ(match.socket, nullptr);
  EXPECT_TRUE(match.allow.empty() && match.redirect.empty() && !match.bad_path);
}

TEST_F(RouterTable, Socket_IsFoundForGetOnly) {
  const Match match = router.match("GET", "/sockets/events/5");
  ASSERT_NE(match.socket, nullptr);
  EXPECT_EQ(match.params, (Pairs{{"id", "5"}}));
  EXPECT_EQ(router.match("POST", "/sockets/events/5").socket, nullptr);
}

TEST_F(RouterTable, Duplicate_NamesBothOwners) {
  const auto twice = router.add(route("GET", "/api/conversations/{other}", "bash"));
  ASSERT_FALSE(twice.ok());
  EXPECT_EQ(twice.error().kind, Error::Kind::kConflict);
  EXPECT_NE(twice.error().message.find("'bash'"), std::string::npos);
  EXPECT_NE(twice.error().message.find("'core'"), std::string::npos);
  EXPECT_FALSE(router.add(socket("/sockets/events/{x}", "bash")).ok());
  EXPECT_EQ(router.routes().size(), 9u);
}

TEST_F(RouterTable, RemovedOwner_LeavesNothing) {
  ASSERT_TRUE(router.add(route("GET", "/api/weather/{city}", "weather")).ok());
  ASSERT_TRUE(router.add(route("PUT", "/api/conversations/{id}", "weather")).ok());
  ASSERT_TRUE(router.add(socket("/sockets/weather/{rest...}", "weather")).ok());
  router.remove("weather");
  EXPECT_EQ(router.match("GET", "/api/weather/Bonn").route, nullptr);
  EXPECT_TRUE(router.match("POST", "/api/weather/Bonn").allow.empty());
  EXPECT_EQ(router.match("PUT", "/api/conversations/5").route, nullptr);
  EXPECT_NE(router.match("GET", "/api/conversations/5").route, nullptr);
  EXPECT_EQ(router.match("GET", "/sockets/weather/x/y").socket, nullptr);
  EXPECT_EQ(router.routes().size(), 9u);
  EXPECT_TRUE(router.add(route("GET", "/api/weather/{city}", "other")).ok());
}

TEST(RouterBodies, AreTakenWhereTheyAreOfUse) {
  Router router;
  const auto takes_body = [&router](const char* method, Access access, std::string operation) {
    Route one = route(method, "/" + std::to_string(router.routes().size()));
    one.access = access;
    one.operation = std::move(operation);
    EXPECT_TRUE(router.add(std::move(one)).ok());
    return router.routes().back()->takes_body;
  };
  const std::string declared = R"({"requestBody":{"content":{}}})";
  EXPECT_FALSE(takes_body("GET", Access::kSession, declared));
  EXPECT_FALSE(takes_body("HEAD", Access::kPublic, ""));
  EXPECT_TRUE(takes_body("POST", Access::kSession, "")) << "it may take one that it does not speak of";
  EXPECT_TRUE(takes_body("POST", Access::kPublic, declared));
  EXPECT_FALSE(takes_body("POST", Access::kPublic, ""));
  EXPECT_FALSE(takes_body("POST", Access::kPublic, R"({"summary":"requestBody"})"));
}

TEST(RouterPattern_Malformed, IsRefused) {
  Router router;
  for (const char* pattern : {"", "x", "/{", "/a{b}", "/{}", "/{a...}/b", "/{a}/{a}", "/{a.b}", "/{...}"})
    EXPECT_FALSE(router.add(route("GET", pattern)).ok()) << pattern;
  EXPECT_FALSE(router.add(Route{.method = "GET", .pattern = "/x", .owner = "core", .handler = {}}).ok());
}

Route alternative(std::string pattern, std::string owner, std::string member) {
  Route one = route("POST", std::move(pattern), std::move(owner));
  one.when.has = {std::move(member)};
  return one;
}

TEST(RouterAlternatives, StandBesideTheRouteOfSomebodyElse) {
  Router router;
  ASSERT_TRUE(router.add(alternative("/a/{x}", "early", "old")).ok());
  EXPECT_EQ(router.match("POST", "/a/1").route, nullptr) << "there is nothing to stand beside";
  ASSERT_TRUE(router.add(route("POST", "/a/{id}")).ok());
  ASSERT_TRUE(router.add(alternative("/a/{y}", "late", "other")).ok());
  EXPECT_EQ(router.routes().size(), 1U);

  const auto owner_of = [&](const std::string& body, std::string* name = nullptr) {
    Match match = router.match("POST", "/a/1");
    Request request;
    request.params = match.params;
    request.body = body;
    const Route& chosen = choose(*match.route, request);
    if (name != nullptr) *name = request.params.at(0).first;
    return chosen.owner;
  };
  std::string name;
  EXPECT_EQ(owner_of("{}", &name), "core");
  EXPECT_EQ(name, "id");
  EXPECT_EQ(owner_of(R"({"other":1})", &name), "late");
  EXPECT_EQ(name, "y");
  EXPECT_EQ(owner_of(R"({"other":1,"old":1})", &name), "early") << "in the order of adding";
  EXPECT_EQ(name, "x");
  router.remove("early");
  EXPECT_EQ(owner_of(R"({"old":1})"), "core");
  router.remove("core");
  EXPECT_EQ(router.match("POST", "/a/1").route, nullptr);
}

}  // namespace
}  // namespace collet::http
