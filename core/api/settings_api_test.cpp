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
    return call_at("/api/settings", method, std::move(body), std::move(headers));
  }
  http::Response call_at(const std::string& path, const std::string& method, std::string body = "",
                         http::Pairs headers = {}) {
    http::Request request;
    request.method = method;
    request.path = request.raw_path = request.target = path;
    request.body = std::move(body);
    request.headers = std::move(headers);
    std::promise<http::Response> answered;  // exposing answers on the database's thread
    const auto match = router.match(method, request.raw_path);
    EXPECT_NE(match.route, nullptr);
    request.params = match.params;
    match.route->handler(std::move(request),
                         http::Reply([&](http::Response answer) { answered.set_value(std::move(answer)); }));
    return answered.get_future().get();
  }
  http::Response server(const std::string& method, const std::string& name, std::string body = "") {
    return call_at("/api/settings/mcp/" + name, method, std::move(body));
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

TEST_F(SettingsApiTest, Mcp_EachChangeAnswersTheDocumentRedacted) {
  const auto made = server("POST", "loc", R"({"command":"echo","args":["hi"],"env":{"TOK":"fake"}})");
  EXPECT_EQ(made.status, 201);
  EXPECT_NE(
      made.body.find(
          R"("mcp_config":{"loc":{"command":"echo","args":["hi"],"env":{"TOK":"**********"},"enabled":true}})"),
      std::string::npos)
      << made.body;
  EXPECT_EQ(server("POST", "bad", R"({"args":["hi"]})").status, 201);
  const auto changed = server("PATCH", "loc", R"({"enabled":false,"env":{"TOK":null,"B":"two"}})");
  EXPECT_EQ(changed.status, 200);
  EXPECT_NE(
      changed.body.find(R"("loc":{"command":"echo","args":["hi"],"env":{"B":"**********"},"enabled":false})"),
      std::string::npos)
      << changed.body;
  EXPECT_NE(expose("plaintext").body.find(R"("env":{"B":"two"})"), std::string::npos);
  const auto removed = server("DELETE", "loc");
  EXPECT_EQ(removed.status, 200);
  EXPECT_NE(removed.body.find(R"("mcp_config":{"bad":{"args":["hi"],"enabled":true}})"), std::string::npos);
  EXPECT_EQ(removed.body, call("GET").body);
}

TEST_F(SettingsApiTest, Mcp_SaysWhatIsThereAndWhatIsNot) {
  ASSERT_EQ(server("POST", "loc", R"({"command":"echo"})").status, 201);
  const auto twice = server("POST", "loc", R"({"command":"echo"})");
  EXPECT_EQ(twice.status, 409);
  EXPECT_EQ(twice.body, R"({"detail":"MCP server 'loc' already exists"})");
  for (const auto& answer : {server("PATCH", "zzz", R"({"enabled":false})"), server("DELETE", "zzz")}) {
    EXPECT_EQ(answer.status, 404);
    EXPECT_EQ(answer.body, R"({"detail":"MCP server 'zzz' was not found"})");
  }
}

TEST_F(SettingsApiTest, Mcp_RefusesWhatIsNoServer) {
  ASSERT_EQ(server("POST", "loc", R"({"command":"echo"})").status, 201);
  const auto before = call("GET").body;
  for (const auto* bad :
       {"[]", R"({"a":)", R"({"zzz":1})", R"({"url":""})", R"({"command":5})", R"({"transport":"pigeon"})",
        R"({"args":"hi"})", R"({"env":{"A":5}})", R"({"headers":["A"]})", R"({"timeout":"long"})",
        R"({"auth":{"value":"v"}})", R"({"auth":{"strategy":"zzz"}})", R"({"transport":"http"})"}) {
    EXPECT_EQ(server("POST", "new", bad).status, 422) << bad;
    EXPECT_EQ(server("PATCH", "loc", bad).status, 422) << bad;
  }
  EXPECT_EQ(server("POST", "new", R"({"enabled":null})").status, 422);
  EXPECT_EQ(server("POST", "new", R"({"env":{"A":null}})").status, 422);
  EXPECT_EQ(call("GET").body, before);
}

TEST_F(SettingsApiTest, Mcp_RefusalsNameTheMemberAndHideWhatMayBeASecret) {
  EXPECT_EQ(server("POST", "new", R"({"enabled":true,"zzz":1})").body,
            R"({"detail":[{"type":"extra_forbidden","loc":["body","zzz"],)"
            R"("msg":"Extra inputs are not permitted","input":1}]})");
  for (const auto* bad : {R"({"header":{"A":"hunter2"}})", R"({"token":"hunter2"})", R"({"env":["hunter2"]})",
                          R"({"headers":{"A":["hunter2"]}})", R"({"auth":"hunter2"})",
                          R"({"auth":{"strategy":"bearer","value":["hunter2"]}})", R"("hunter2")"}) {
    const auto answer = server("POST", "new", bad);
    EXPECT_EQ(answer.status, 422) << bad;
    EXPECT_EQ(answer.body.find("hunter2"), std::string::npos) << answer.body;
  }
}

TEST_F(SettingsApiTest, Schemas_AreServed) {
  const auto agent = call_at("/api/settings/agent-schema", "GET");
  EXPECT_EQ(agent.status, 200);
  EXPECT_TRUE(agent.body.starts_with(R"({"model_name":"AgentSettings","sections":[{"key":"general")"));
  const auto conversation = call_at("/api/settings/conversation-schema", "GET");
  EXPECT_TRUE(conversation.body.starts_with(R"({"model_name":"ConversationSettings",)"));
}

}  // namespace
}  // namespace collet::api
