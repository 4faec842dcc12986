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
      {"worktree", R"("maybe")", "bool_type"},
      {"plugins", R"([{"ref":"main"}])", R"(["body","plugins",0,"source"])"},
      {"agent_definitions", R"([{}])", R"(["body","agent_definitions",0,"name"])"},
      {"agent_launch_additions", R"({"other":1})", "extra_forbidden"},
      {"user_id", "5", "string_type"},
      {"title_llm_profile", "5", "string_type"},
      {"observability_metadata", R"({"k":{"no":"scalar"}})", R"(["body","observability_metadata","k"])"},
      {"observability_tags", R"([""])", "string_too_short"},
      {"observability_span_name", R"("a b")", "value_error"},
      {"observability_span_name", R"("")", "string_too_short"},
      {"tool_module_qualnames", R"({"t":5})", R"(["body","tool_module_qualnames","t"])"},
      {"secrets_encrypted", R"("yes, please")", "bool_type"},
      {"client_tools", R"([{"name":"t"}])", R"(["body","client_tools",0,"description"])"},
      {"confirmation_policy", "null", R"(["body","confirmation_policy"])"},
      {"max_iterations", "null", "int_type"},
      {"stuck_detection", "null", "bool_type"},
      {"autotitle", "null", "bool_type"},
      {"secrets", "null", "dict_type"},
      {"client_tools", "null", "list_type"},
      {"agent_profile_id", "5", "uuid_parsing"},
  };
  for (const auto& one : cases)
    EXPECT_NE(errors_with(one.member, one.value).find(one.expected), std::string::npos)
        << one.member << ": " << errors_with(one.member, one.value);
}

TEST(StartRequest, WhatHasNoEffect_IsTakenInItsForm) {
  for (const auto& [member, value] : std::initializer_list<std::pair<std::string_view, std::string_view>>{
           {"worktree", "true"},
           {"plugins", R"([{"source":"github:a/b","ref":null}])"},
           {"agent_definitions", R"([{"name":"n","level":"user","max_budget_per_run":0.5}])"},
           {"user_id", R"("u")"},
           {"title_llm_profile", "null"},
           {"observability_metadata", R"({"a":1.5,"b":["x"],"c":[true],"d":[1,2]})"},
           {"observability_tags", R"(["t"])"},
           {"observability_span_name", R"("team/chat:1.0")"},
           {"tool_module_qualnames", R"({"t":"a.b"})"},
           {"tags", "null"},
           {"secrets_encrypted", "true"}})
    EXPECT_EQ(errors_with(member, value), "") << member;
}

TEST(StartRequest, SuffixOfTheDeployment_StandsBehindTheAgents) {
  const auto suffix_of = [](std::string_view context) {
    auto body = *json::parse(kGood);
    auto& allocator = body.GetAllocator();
    json::set(*json::find(body, "agent"), "agent_context", json::copy(*json::parse(context), allocator),
              allocator);
    json::set(body, "agent_launch_additions",
              json::copy(*json::parse(R"({"system_message_suffix_append":"More."})"), allocator), allocator);
    Validation validation;
    const auto agent = read_start_request(body, validation).agent;
    EXPECT_NE(json::at(agent, {"agent_context", "skills"}), nullptr);
    return json::string_or(*json::find(agent, "agent_context"), "system_message_suffix");
  };
  EXPECT_EQ(suffix_of("null"), "More.");
  EXPECT_EQ(suffix_of(R"({"system_message_suffix":"First."})"), "First.\n\nMore.");
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
