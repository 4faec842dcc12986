#include "bootstrap.hpp"

#include <gmock/gmock.h>

#include "collet/testing/fake_host.hpp"

namespace collet::nested {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class BootstrapTest : public ::testing::Test {
 protected:
  BootstrapTest() {
    fake_.set_settings(R"({"agent_settings":{"llm":{"model":"m"},"mcp_config":{"own":{}},)"
                       R"("agent_context":{"system_message_suffix":null}},)"
                       R"("conversation_settings":{"max_iterations":9,"confirmation_mode":true}})");
  }
  static json::Document of(const std::string& text) { return std::move(*json::parse(text)); }
  Response start(const std::string& body) {
    return bootstrap_.start_conversation({"POST", "/api/conversations", body, {}, {{"host", "here"}}, {}});
  }
  template <class Act>
  static std::string refusal(Act act) {
    try {
      act();
      return {};
    } catch (const Refusal& refused) {
      return std::to_string(refused.response().status) + " " + refused.response().body;
    }
  }

  collet::testing::FakeHost fake_;
  Host host_{&fake_.table()};
  Bootstrap bootstrap_{host_, "/work"};
};

TEST_F(BootstrapTest, NothingGoesBeforeTheSettings) {
  EXPECT_THAT(refusal([&] { bootstrap_.store_providers(of("{}")); }), HasSubstr("409"));
  EXPECT_THAT(refusal([&] { bootstrap_.unset_providers(); }), HasSubstr("POST /api/settings first"));
  EXPECT_THAT(refusal([&] { bootstrap_.need_settings(); }), HasSubstr("409"));
  EXPECT_THAT(refusal([&] { start(R"({"initial_user_msg":"hi"})"); }), HasSubstr("409"));
  bootstrap_.store_settings(of("{}"));
  EXPECT_THAT(refusal([&] { bootstrap_.need_settings(); }), IsEmpty());
}

TEST_F(BootstrapTest, ConversationHasWhatTheStepsBrought) {
  bootstrap_.store_settings(of(R"({"llm_model":"m","mcp_config":{"sse_servers":[{"url":"http://flat"}]}})"));
  bootstrap_.store_providers(of(R"({"provider_tokens":{"github":{"token":"ghp"}}})"));
  host_.management().put_secret("API_TOKEN", "v", "about");
  const auto answer = start(
      R"({"initial_user_msg":"hi","image_urls":["data:x"],"conversation_id":"00000000000040008000000000000001",)"
      R"("repository":"acme/shop","selected_branch":"main","conversation_instructions":"Be kind.",)"
      R"("mcp_config":{"shttp_servers":[{"url":"http://body"}]}})");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body,
            R"({"status":"ok","conversation_id":"00000000000040008000000000000001","message":null,)"
            R"("conversation_status":"RUNNING"})");
  const auto body = of(fake_.started_conversations().at(0));
  const auto at = [&](std::initializer_list<std::string_view> path) {
    return json::dump(*json::at(body, path));
  };
  EXPECT_EQ(at({"workspace", "working_dir"}), R"("/work/00000000000040008000000000000001")");
  EXPECT_EQ(at({"max_iterations"}), "9");
  EXPECT_EQ(at({"confirmation_policy", "kind"}), R"("AlwaysConfirm")");
  EXPECT_EQ(at({"secrets", "GITHUB_TOKEN", "value"}), R"("ghp")");
  EXPECT_EQ(at({"secrets", "API_TOKEN", "url"}), R"("/api/settings/secrets/API_TOKEN")");
  EXPECT_EQ(at({"initial_message", "content"}),
            R"([{"type":"text","text":"hi"},{"type":"image","image_urls":["data:x"]}])");
  EXPECT_THAT(at({"agent_settings", "agent_context", "system_message_suffix"}),
              ::testing::AllOf(HasSubstr("Be kind."), HasSubstr("acme/shop"), HasSubstr("GITHUB_TOKEN")));
  for (const auto* server : {"own", "sse_0", "shttp_0"})
    EXPECT_NE(json::at(body, {"agent_settings", "mcp_config", server}), nullptr) << server;
}

TEST_F(BootstrapTest, WhatTheOlderFormDoesNotKnow_IsRefused) {
  bootstrap_.store_settings(of("{}"));
  EXPECT_THAT(refusal([&] { start(R"({"initial_user_msg":"hi","bogus":1})"); }),
              HasSubstr("extra_forbidden"));
  EXPECT_THAT(refusal([&] { start(R"({"replay_json":"[]"})"); }), HasSubstr("not served here"));
  EXPECT_THAT(refusal([&] { start(R"({"initial_user_msg":"hi","conversation_id":"x"})"); }),
              HasSubstr("uuid_parsing"));
  EXPECT_THAT(refusal([&] { start(R"({"initial_user_msg":5})"); }), HasSubstr("string_type"));
}

TEST_F(BootstrapTest, ARefusedStart_SaysWhy) {
  bootstrap_.store_settings(of("{}"));
  collet::testing::ManagedServer server;
  server.start_conversation = [](const std::string&) { return Response::error(422, "no such model"); };
  fake_.set_server(server);
  const auto answer = start(R"({"initial_user_msg":"hi"})");
  EXPECT_EQ(answer.status, 422);
  EXPECT_THAT(answer.body, HasSubstr(R"("detail":"no such model")"));
}

}  // namespace
}  // namespace collet::nested
