#include "api/settings_api.hpp"

#include <gtest/gtest.h>

#include <future>

#include "api/plain_reads.hpp"
#include "collet/json.hpp"
#include "http/message.hpp"
#include "http/router.hpp"
#include "settings/settings_service.hpp"
#include "storage/audit_store.hpp"
#include "storage/testing/failing_database.hpp"

namespace collet::api {
namespace {

class SettingsApiTest : public ::testing::Test, protected storage::testing::FailingDatabase {
 protected:
  void SetUp() override { ASSERT_TRUE(add_settings_routes(router, service, reads).ok()); }

  http::Response call(const std::string& method, std::string body = "", http::Pairs headers = {}) {
    http::Request request;
    request.method = method;
    request.path = request.raw_path = request.target = "/api/settings";
    request.body = std::move(body);
    request.headers = std::move(headers);
    std::promise<http::Response> answered;  // exposing answers on the database's thread
    const auto match = router.match(method, request.raw_path);
    EXPECT_NE(match.route, nullptr);
    match.route->handler(std::move(request),
                         http::Reply([&](http::Response answer) { answered.set_value(std::move(answer)); }));
    return answered.get_future().get();
  }
  http::Response expose(const std::string& how) { return call("GET", "", {{"x-expose-secrets", how}}); }

  secrets::KeyRing ring = std::move(secrets::KeyRing::open(folder.path(), std::nullopt)).value();
  settings::SettingsService service{*database, ring};
  storage::AuditStore audit{*database, 100};
  PlainReads reads{audit, [](const http::Request&) { return std::string("somebody"); }};
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
  for (const auto* word : {"encrypted", "Encrypted", "true"}) {
    const auto response = expose(word);
    EXPECT_EQ(response.status, 200);
    EXPECT_NE(response.body.find(R"("api_key":"gAAAAA)"), std::string::npos);
    EXPECT_EQ(response.body.find("sk-fake"), std::string::npos);
  }
  EXPECT_EQ(expose("bogus").status, 400);
  EXPECT_EQ(
      expose("bogus").body,
      R"({"detail":"Invalid X-Expose-Secrets header value: 'bogus'. Valid values are: 'encrypted', 'plaintext'."})");
}

TEST_F(SettingsApiTest, Expose_IsRecordedAndOtherReadsAreNot) {
  ASSERT_EQ(call("PATCH", R"({"agent_settings_diff":{"llm":{"api_key":"sk-fake"}}})").status, 200);
  call("GET");
  expose("bogus");
  expose("plaintext");
  const auto entries = audit.entries({}).value();
  ASSERT_EQ(entries.size(), 1U);
  EXPECT_EQ(entries[0].read.who, "somebody");
  EXPECT_EQ(entries[0].read.what, "settings llm.api_key");
  EXPECT_EQ(entries[0].read.how, "GET /api/settings, X-Expose-Secrets: plaintext");
}

TEST_F(SettingsApiTest, Expose_IsRefusedWhenItCannotBeRecorded) {
  ASSERT_EQ(call("PATCH", R"({"agent_settings_diff":{"llm":{"api_key":"sk-fake"}}})").status, 200);
  disk_fails = true;
  const auto response = expose("plaintext");
  EXPECT_EQ(response.status, 503);
  EXPECT_EQ(response.body.find("sk-fake"), std::string::npos);
  EXPECT_NE(response.body.find("audit log"), std::string::npos);
  EXPECT_EQ(call("GET").status, 200);
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
