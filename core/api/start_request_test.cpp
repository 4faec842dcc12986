#include "api/start_request.hpp"

#include <gtest/gtest.h>

#include "api/models.hpp"

namespace collet::api {
namespace {

constexpr std::string_view kGood =
    R"({"agent":{"kind":"Agent","llm":{"model":"openai/x","api_key":"sk-1"},"tools":[{"name":"terminal"}]},)"
    R"("workspace":{"working_dir":"/tmp/w"}})";

// As the route does it.
Validation problems_of(const json::Value& body) {
  Validation validation;
  check(kStartConversationRequest, body, {"body"}, validation);
  if (validation.ok()) read_start_request(body, validation);
  return validation;
}

// A good body with one member replaced or added.
std::string errors_with(std::string_view member, std::string_view value) {
  auto body = json::parse(kGood);
  json::set(*body, member, json::copy(*json::parse(value), body->GetAllocator()), body->GetAllocator());
  const Validation validation = problems_of(*body);
  return validation.ok() ? "" : validation.response().body;
}

TEST(StartRequest, Good_IsComplete) {
  Validation validation;
  const auto request = read_start_request(*json::parse(kGood), validation);
  EXPECT_TRUE(validation.ok());
  EXPECT_EQ(request.working_dir, "/tmp/w");
  EXPECT_EQ(json::string_or(request.agent, "kind"), "Agent");
  EXPECT_TRUE(request.initial_content.empty());
}

TEST(StartRequest, Bad_EachMistakeIsNamed) {
  const struct {
    std::string_view member, value, expected;
  } cases[] = {
      {"agent", R"({"kind":"Zzz","llm":{"model":"m"}})", "Unknown kind 'Zzz'"},
      {"agent", R"({"kind":"Agent","llm":{}})", "model must be specified"},
      {"agent", R"({"kind":"Agent","llm":{"model":5}})", "value_error"},
      {"workspace", R"({"kind":"RemoteWorkspace","working_dir":"/x"})", "assertion_error"},
      {"workspace", R"({})", R"(["body","workspace","working_dir"])"},
      {"conversation_id", R"("zzz")", "uuid_parsing"},
      {"max_iterations", "0", "greater_than_equal"},
      {"tags", R"({"Bad Key":"x"})", "lowercase alphanumeric"},
      {"confirmation_policy", R"({"kind":"zzz"})", "Unknown kind 'zzz'"},
      {"initial_message", R"({"role":"zzz","content":[]})", R"(["body","initial_message","role"])"},
      {"secrets", R"({"X":5})", R"(["body","secrets","X"])"},
  };
  for (const auto& one : cases)
    EXPECT_NE(errors_with(one.member, one.value).find(one.expected), std::string::npos)
        << one.member << ": " << errors_with(one.member, one.value);
}

TEST(StartRequest, SecretsOfTheAgentContext_AreCheckedWhereverTheyStand) {
  for (const std::string_view secrets :
       {R"(["hunter2"])", R"({"A":["hunter2"]})", R"({"A":{"kind":"Vault","token":"hunter2"}})"})
    for (const std::string_view member : {"agent", "agent_settings"}) {
      const std::string errors = errors_with(
          member, R"({"llm":{"model":"m"},"agent_context":{"secrets":)" + std::string(secrets) + "}}");
      EXPECT_NE(errors.find(R"(["body",")" + std::string(member) + R"(","agent_context","secrets")"),
                std::string::npos)
          << member << secrets << errors;
      EXPECT_EQ(errors.find("hunter2"), std::string::npos);
    }
}

TEST(StartRequest, SecretsOfAnyForm_AreNotRepeatedWhereSomethingIsMissing) {
  for (const std::string_view secrets :
       {R"(["hunter2"])", R"("hunter2")", R"({"A":{"kind":"Vault","token":"hunter2"}})"}) {
    const auto body = json::parse(R"({"secrets":)" + std::string(secrets) + "}");
    const std::string errors = problems_of(*body).response().body;
    EXPECT_NE(errors.find("missing"), std::string::npos);
    EXPECT_EQ(errors.find("hunter2"), std::string::npos) << errors;
  }
}

TEST(StartRequest, BodyThatIsNoObject_IsNotRepeated) {
  for (const std::string_view body : {R"("hunter2")", R"(["hunter2"])"}) {
    const std::string errors = problems_of(*json::parse(body)).response().body;
    EXPECT_NE(errors.find("<redacted>"), std::string::npos) << errors;
    EXPECT_EQ(errors.find("hunter2"), std::string::npos);
  }
}

TEST(StartRequest, Echo_HidesKeys) {
  const Validation validation =
      problems_of(*json::parse(R"({"agent":{"llm":{"model":"m","api_key":"sk-leak"}}})"));
  EXPECT_EQ(validation.response().body.find("sk-leak"), std::string::npos);
}

TEST(StartRequest, NoAgent_IsSaidOfTheWholeBody) {
  const auto body = json::parse(R"({"workspace":{"working_dir":"/tmp/w"}})");
  EXPECT_NE(problems_of(*body).response().body.find(R"("loc":["body"],"msg":"Value error, One of)"),
            std::string::npos);
}

TEST(StartRequest, UnknownMembers_AreLetBe) { EXPECT_EQ(errors_with("zzz", "1"), ""); }

}  // namespace
}  // namespace collet::api
