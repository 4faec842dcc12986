#include "gateway.hpp"

#include <gmock/gmock.h>

#include <future>

#include "collet/testing/fake_host.hpp"
#include "collet/testing/streams.hpp"
#include "collet/testing/temporary_folder.hpp"

namespace collet::gateway {
namespace {

using collet::testing::Download;
using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr const char* kId = "01234567-89ab-cdef-0123-456789abcdef";
constexpr const char* kHi = R"({"role":"user","content":"hi"})";

constexpr const char* kStream = R"(,"stream":true)";

class GatewayTest : public ::testing::Test {
 protected:
  GatewayTest() {
    fake_.set_settings(
        R"({"agent_settings":{"agent_kind":"openhands","llm":{"model":"live"},"agent_context":null},)"
        R"("conversation_settings":{"max_iterations":7,"confirmation_mode":false}})");
    collet::testing::ManagedServer server;
    server.shared_document = [](const std::string& plugin, const std::string& key) {
      EXPECT_EQ(plugin + " " + key, "profiles state");
      return std::optional<std::string>(
          R"({"llm_profiles":{"p2":{"model":"b"},"p1":{"model":"a","api_key":"sk-1"}}})");
    };
    server.start_conversation = [this](const std::string& body) {
      started_ = body;
      fake_.add_conversation(kId, document_);
      fake_.add_event(kId, R"({"kind":"MessageEvent","source":"user"})");
      for (const auto& event : start_more_) fake_.add_event(kId, event);
      return Response::json(R"({"id":")" + std::string(kId) + "\"}", start_status_);
    };
    fake_.set_server(server);
  }
  ~GatewayTest() override { gateway_.stop(); }

  // The answer's head, and its content where it has some.
  Download open(Gateway& gateway, const std::string& body, Pairs headers = {}) {
    struct Answer {
      Response head;
      std::shared_ptr<collet::testing::detail::FakeContent> content;
    };
    auto promise = std::make_unique<std::promise<Answer>>();
    auto answer = promise->get_future();
    Reply reply(collet_reply{
        promise.release(), 1, [](void* to, collet_handle, const collet_response* sent) {
          const std::unique_ptr<std::promise<Answer>> owned(static_cast<std::promise<Answer>*>(to));
          if (sent == nullptr) return owned->set_value({Response::error(500, "dropped"), nullptr});
          Answer made{{sent->status, collet::detail::to_string(sent->content_type),
                       collet::detail::to_string(sent->body), collet::detail::to_pairs(sent->headers)},
                      nullptr};
          if (sent->content != COLLET_CONTENT_BODY)
            made.content = std::make_shared<collet::testing::detail::FakeContent>(*sent);
          owned->set_value(std::move(made));
        }});
    headers.emplace_back("host", "here");
    try {
      gateway.complete({"POST", "/v1/chat/completions", body, {}, std::move(headers), {}}, reply);
    } catch (const Refusal& refused) {
      reply.send(refused.response());
    }
    for (const auto& event : std::exchange(events_, {})) fake_.add_event(kId, event);
    auto made = answer.get();
    return {std::move(made.head), std::move(made.content), std::chrono::seconds(10)};
  }
  // The answer; events come once the request is under way.
  Response ask(const std::string& body, std::vector<std::string> events = {}, Pairs headers = {}) {
    events_ = std::move(events);
    return open(gateway_, body, std::move(headers)).rest();
  }
  static std::string body(const std::string& more = {}, const std::string& model = "openhands_p1") {
    return R"({"model":")" + model + R"(","messages":[{"role":"system","content":"Sing."},)" + kHi + "]" +
           more + "}";
  }
  static std::string status(const std::string& value) {
    return R"({"kind":"ConversationStateUpdateEvent","key":"execution_status","value":")" + value + "\"}";
  }
  static std::string finish(const std::string& text) {
    return R"({"kind":"ActionEvent","source":"agent","tool_name":"finish","action":{"message":")" + text +
           "\"}}";
  }

  std::string document_ =
      R"({"stats":{"usage_to_metrics":{"a":{"accumulated_token_usage":{"prompt_tokens":10,)"
      R"("completion_tokens":2}},"b":{"accumulated_token_usage":{"prompt_tokens":1,"completion_tokens":1}}}}})";
  std::string started_;
  int start_status_ = 201;
  std::vector<std::string> start_more_;  // events of a conversation that has started
  std::vector<std::string> events_;      // that come once a request is under way
  collet::testing::TemporaryFolder folder_;
  collet::testing::FakeHost fake_;
  Host host_{&fake_.table()};
  Gateway gateway_{host_, folder_.path() + "/made", {}};
};

TEST_F(GatewayTest, ProfilesAreTheModels) {
  EXPECT_EQ(gateway_.models(),
            R"({"object":"list","data":[{"id":"openhands_p1","created":0,"object":"model",)"
            R"("owned_by":"openhands","shutdown_date":null},{"id":"openhands_p2","created":0,)"
            R"("object":"model","owned_by":"openhands","shutdown_date":null}]})");
}

TEST_F(GatewayTest, AConversation_IsStartedAndItsLastWordsAreTheAnswer) {
  const auto answer = ask(body(), {status("running"), finish("Done."), status("finished")});
  EXPECT_EQ(answer.status, 200);
  EXPECT_THAT(answer.body,
              AllOf(HasSubstr(R"("message":{"content":"Done.","role":"assistant"})"),
                    HasSubstr(R"("model":"openhands_p1","object":"chat.completion")"),
                    HasSubstr(R"({"completion_tokens":3,"prompt_tokens":11,"total_tokens":14})")));
  EXPECT_EQ(answer.headers, (Pairs{{"X-OpenHands-ServerConversation-ID", kId}}));
  EXPECT_THAT(started_,
              AllOf(HasSubstr(R"("llm":{"model":"a","api_key":"sk-1"})"),
                    HasSubstr(R"("system_message_suffix":"Sing.")"), HasSubstr(R"("max_iterations":7)"),
                    HasSubstr(R"("content":[{"type":"text","text":"hi"}],"run":true)"),
                    HasSubstr(R"("confirmation_policy":{"kind":"NeverConfirm"})")));
}

TEST_F(GatewayTest, AStream_BeginsAtOnceAndEndsWithTheRun) {
  auto answer = open(gateway_, body(R"(,"stream":true,"stream_options":{"include_usage":true})"));
  EXPECT_EQ(answer.head().status, 200);
  EXPECT_EQ(answer.head().content_type, "text/event-stream; charset=utf-8");
  EXPECT_THAT(answer.head().headers,
              ::testing::Contains(::testing::Pair("X-OpenHands-ServerConversation-ID", kId)));
  EXPECT_EQ(answer.length(), std::nullopt);
  EXPECT_THAT(*answer.next(), HasSubstr(R"("choices":[{"delta":{"role":"assistant"},"index":0}])"));

  for (const auto& event : {status("running"), finish("Done."), status("finished")})
    fake_.add_event(kId, event);
  EXPECT_THAT(answer.rest().body, AllOf(HasSubstr(R"("choices":[{"delta":{"content":"Done."},"index":0}])"),
                                        HasSubstr(R"("finish_reason":"stop")"), HasSubstr(R"("usage":{)"),
                                        ::testing::EndsWith("data: [DONE]\n\n")));
}

TEST_F(GatewayTest, AStream_HasWhatIsSaidAsItComes) {
  auto answer = open(gateway_, body(kStream));
  answer.next();
  fake_.add_event(kId, status("running"));
  fake_.add_event(kId, finish("One."));
  EXPECT_THAT(*answer.next(), HasSubstr(R"("delta":{"content":"One."})"));
  fake_.add_event(kId, finish("Two."));  // it was not let go
  EXPECT_THAT(*answer.next(), HasSubstr(R"("delta":{"content":"\n\nTwo."})"));
  fake_.add_event(kId, status("finished"));
  EXPECT_THAT(answer.rest().body, AllOf(HasSubstr("[DONE]"), Not(HasSubstr("Two."))));
}

TEST_F(GatewayTest, AStreamWithoutWords_HasAnEmptyText) {
  events_ = {status("running"), status("finished")};
  EXPECT_THAT(open(gateway_, body(kStream)).rest().body, HasSubstr(R"("delta":{"content":""})"));
}

TEST_F(GatewayTest, AStream_ShowsThatItLives) {
  Gateway lively(host_, folder_.path(), {.beat = std::chrono::milliseconds(5)});
  lively.start();
  auto answer = open(lively, body(kStream));
  EXPECT_THAT(*answer.next(), HasSubstr("assistant"));
  for (int i = 0; i < 3; ++i) EXPECT_EQ(answer.next(), ": working\n\n");
  lively.stop();
}

TEST_F(GatewayTest, AStreamThatHasBegun_EndsWithTheError) {
  events_ = {R"({"kind":"ConversationErrorEvent","code":"C","detail":"why"})", status("error")};
  const auto answer = open(gateway_, body(kStream)).rest();
  EXPECT_EQ(answer.status, 200);
  EXPECT_THAT(answer.body, AllOf(HasSubstr("data: {\"error\":{\"message\":\"Agent run ended with status: "
                                           "error (C: why)\",\"type\":\"server_error\""),
                                 HasSubstr(R"("code":"500"}})"), Not(HasSubstr("[DONE]"))));
  start_status_ = 422;
  EXPECT_EQ(open(gateway_, body(kStream)).head().status, 422);
}

TEST_F(GatewayTest, ClientsThatLeaveAStream_MakeRoom) {
  for (std::size_t i = 0; i < kMostRuns + 10; ++i) {
    auto answer = open(gateway_, body(kStream));
    ASSERT_EQ(answer.head().status, 200);
    answer.next();
    answer.leave();
  }
  std::vector<Download> kept;
  for (std::size_t i = 0; i < kMostRuns; ++i) kept.push_back(open(gateway_, body(kStream)));
  EXPECT_THROW(open(gateway_, body(kStream)), HostError);
  fake_.add_event(kId, status("finished"));  // and nobody minds those that are gone
  for (auto& answer : kept) EXPECT_THAT(answer.rest().body, HasSubstr("[DONE]"));
  EXPECT_EQ(fake_.commands(), std::vector<std::string>{});  // their runs went on
}

TEST_F(GatewayTest, AConversationThatIsThere_GoesOn) {
  fake_.add_conversation(kId, document_);
  fake_.add_event(kId, status("finished"));
  const auto answer =
      ask(body(),
          {R"({"kind":"MessageEvent","source":"user"})", status("running"),
           R"({"kind":"MessageEvent","source":"agent","llm_message":{"content":[{"text":"Yes."}]}})",
           status("finished")},
          {{"x-openhands-serverconversation-id", kId}});
  EXPECT_THAT(answer.body, HasSubstr("Yes."));
  EXPECT_EQ(started_, "");
  ASSERT_EQ(fake_.sent_messages().size(), 1U);
}

TEST_F(GatewayTest, RunsThatFail_SayHow) {
  const auto failed =
      ask(body(), {R"({"kind":"ConversationErrorEvent","code":"C","detail":"why"})", status("error")});
  EXPECT_EQ(failed.status, 500);
  EXPECT_THAT(failed.body, HasSubstr("Agent run ended with status: error (C: why)"));
}

TEST_F(GatewayTest, AnErrorRightBehindTheStatus_IsToldToo) {
  start_more_ = {status("running"), status("error"),
                 R"({"kind":"ConversationErrorEvent","code":"C","detail":"late"})"};
  EXPECT_THAT(ask(body()).body, HasSubstr("error (C: late)"));
}

TEST_F(GatewayTest, OneThatWaitsForItsUser_IsAConflict) {
  EXPECT_EQ(ask(body(), {status("running"), status("waiting_for_confirmation")}).status, 409);
}

TEST_F(GatewayTest, WhatCannotBegin_IsRefused) {
  EXPECT_THAT(ask(body("", "zzz")).body, HasSubstr("Unknown OpenHands model 'zzz'. Use GET /v1/models."));
  EXPECT_EQ(ask(body("", "openhands_p3")).status, 404);
  EXPECT_EQ(ask(R"({"model":"openhands_p1","messages":[]})").status, 400);
  start_status_ = 422;
  EXPECT_EQ(ask(body()).status, 422);
}

TEST_F(GatewayTest, OneThatTakesTooLong_IsGivenUp) {
  Gateway hasty(host_, folder_.path(), {.patience = std::chrono::milliseconds(20)});
  hasty.start();
  EXPECT_EQ(open(hasty, body()).head().status, 504);
  EXPECT_THAT(open(hasty, body(kStream)).rest().body, HasSubstr(R"("code":"504")"));
  hasty.stop();
}

TEST_F(GatewayTest, WhenItStops_NobodyIsLeftWaiting) {
  const auto context = std::make_shared<std::promise<int>>();
  auto status_of = context->get_future();
  Reply reply(collet_reply{context.get(), 1, [](void* to, collet_handle, const collet_response* sent) {
                             static_cast<std::promise<int>*>(to)->set_value(sent == nullptr ? 0
                                                                                            : sent->status);
                           }});
  gateway_.complete({"POST", "/v1/chat/completions", body(), {}, {}, {}}, reply);
  auto streamed = open(gateway_, body(kStream));
  gateway_.stop();
  EXPECT_EQ(status_of.get(), 503);
  EXPECT_THAT(streamed.rest().body, HasSubstr(R"("code":"503")"));
}

}  // namespace
}  // namespace collet::gateway
