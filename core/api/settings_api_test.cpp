#include "api/settings_api.hpp"

#include <gtest/gtest.h>

#include "collet/json.hpp"
#include "http/message.hpp"
#include "http/router.hpp"
#include "settings/settings_service.hpp"
#include "storage/database.hpp"
#include "storage/test_folder.hpp"

namespace collet::api {
namespace {

class SettingsApiTest : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(add_settings_routes(router, service).ok()); }

  http::Response call(const std::string& method, std::string body = "", http::Pairs headers = {}) {
    http::Request request;
    request.method = method;
    request.path = request.raw_path = request.target = "/api/settings";
    request.body = std::move(body);
    request.headers = std::move(headers);
    http::Response response{.status = 0};
    const auto match = router.match(method, request.raw_path);
    EXPECT_NE(match.route, nullptr);
    match.route->handler(std::move(request),
                         http::Reply([&](http::Response answer) { response = std::move(answer); }));
    return response;
  }
  http::Response expose(const std::string& how) { return call("GET", "", {{"x-expose-secrets", how}}); }

  testing::TestFolder folder;
  std::unique_ptr<storage::Database> database = std::move(storage::Database::open(folder.path())).value();
  secrets::KeyRing ring = std::move(secrets::KeyRing::open(folder.path(), std::nullopt)).value();
  settings::SettingsService service{*database, ring};
  http::Router router;
};

TEST_F(SettingsApiTest, Get_AnswersTheDocument) {
  const auto response = call("GET");
  EXPECT_EQ(response.status, 200);
  EXPECT_TRUE(response.body.starts_with(R"({"agent_settings":{"schema_version":5)"));
}

TEST_F(SettingsApiTest, Patch_AnswersTheNewDocumentRedacted) {
  const auto response = call("PATCH", R"({"agent_settings_diff":{"llm":{"api_key":"sk-fake"}}})");
  EXPECT_EQ(response.status, 200);
  EXPECT_NE(response.body.find(R"("api_key":"**********")"), std::string::npos);
  EXPECT_EQ(response.body, call("GET").body);
}

TEST_F(SettingsApiTest, Expose_KnowsItsWordsInAnyCase) {
  ASSERT_EQ(call("PATCH", R"({"agent_settings_diff":{"llm":{"api_key":"sk-fake"}}})").status, 200);
  for (const auto* word : {"plaintext", "PLAINTEXT"})
    EXPECT_NE(expose(word).body.find("sk-fake"), std::string::npos);
  EXPECT_EQ(expose("").body.find("sk-fake"), std::string::npos);
  EXPECT_EQ(expose("encrypted").status, 503);
  EXPECT_EQ(expose("true").status, 503);
  EXPECT_EQ(expose("bogus").status, 400);
  EXPECT_EQ(
      expose("bogus").body,
      R"({"detail":"Invalid X-Expose-Secrets header value: 'bogus'. Valid values are: 'encrypted', 'plaintext'."})");
}

TEST_F(SettingsApiTest, Patch_SaysWhatIsWrong) {
  const auto status_of = [&](std::string body) { return call("PATCH", std::move(body)).status; };
  EXPECT_EQ(status_of("{}"), 400);
  EXPECT_EQ(status_of(R"({"agent_settings_diff":null})"), 400);
  EXPECT_EQ(status_of("[]"), 422);
  EXPECT_EQ(status_of(R"({"a":)"), 422);
  EXPECT_EQ(status_of(R"({"agent_settings_diff":5})"), 422);
  EXPECT_EQ(status_of(R"({"active_profile":5})"), 422);
  EXPECT_EQ(status_of(R"({"active_profile":"nope"})"), 404);
  const auto bad = call("PATCH", R"({"agent_settings_diff":{"llm":{"num_retries":"many"}}})");
  EXPECT_EQ(bad.status, 422);
  EXPECT_EQ(bad.body, R"({"detail":"Settings validation failed"})");
}

}  // namespace
}  // namespace collet::api
