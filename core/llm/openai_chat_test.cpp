#include "llm/openai_chat.hpp"

#include <gtest/gtest.h>

#include <stdlib.h>

#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <deque>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "collet/testing/temporary_folder.hpp"
#include "llm/testing/mock_llm.hpp"
#include "llm/testing/waiting_call.hpp"

namespace collet::llm {
namespace {

using testing::MockLlm;
using testing::WaitingCall;
using namespace std::chrono_literals;

class OpenAiChatTest : public ::testing::Test {
 protected:
  // A configuration that reaches the mock, never retries and gives up soon.
  Config config(std::string model = "openai/mock-1") const {
    Config config;
    config.model = std::move(model);
    config.base_url = mock_.base_url();
    config.api_key = "sk-fake-key-1";
    config.num_retries = 0;
    config.retry_multiplier = config.retry_min_wait = 0;
    config.timeout = 20;
    return config;
  }
  // Plays `turns` (a JSON array) and gives the outcome of one call.
  Outcome play(std::string_view turns, const Config& config) {
    mock_.script(R"({"no_tools":null,"turns":)" + std::string(turns) + "}");
    WaitingCall call(provider_, config);
    return call.wait().value_or(Outcome{std::nullopt, {"no outcome", "", "", false, ""}});
  }
  std::size_t requests() const { return mock_.requests().Size(); }

  MockLlm mock_{"[]"};
  OpenAiChat provider_;
};

TEST_F(OpenAiChatTest, PlainAnswer_IsTheResponse) {
  const auto outcome = play(R"([{"text":"Hello","reasoning":"Hm","tool_calls":[{"name":"think","id":"t1",
      "arguments":{"thought":"x"}}],"usage":{"prompt_tokens":1000,"completion_tokens":10,"cached_tokens":800,
      "cache_write_tokens":50,"reasoning_tokens":5}}])",
                            [&] {
                              auto c = config();
                              c.input_cost_per_token = 1e-6;
                              c.output_cost_per_token = 1e-5;
                              return c;
                            }());
  ASSERT_TRUE(outcome.response) << outcome.failure.detail;
  const Response& response = *outcome.response;
  EXPECT_TRUE(response.id.starts_with("chatcmpl-"));
  EXPECT_EQ(response.text, "Hello");
  EXPECT_EQ(response.reasoning, "Hm");
  ASSERT_EQ(response.tool_calls.size(), 1u);
  EXPECT_EQ(response.tool_calls[0].id, "t1");
  EXPECT_EQ(response.tool_calls[0].arguments, R"({"thought": "x"})");
  EXPECT_EQ(response.usage.cache_read_tokens, 800);
  EXPECT_EQ(response.usage.cache_write_tokens, 50);
  EXPECT_EQ(response.usage.reasoning_tokens, 5);
  EXPECT_DOUBLE_EQ(response.cost, 0.0011);
  EXPECT_GT(response.latency, 0);
  EXPECT_LT(response.latency, 10);
}

TEST_F(OpenAiChatTest, Request_IsAsTheEndpointExpects) {
  mock_.script(R"([{"text":"ok"}])");
  WaitingCall call(provider_, config(),
                   {R"([{"role":"user","content":"grüße"}])", R"([{"type":"function"}])", "s-1"});
  ASSERT_TRUE(call.wait()->response);
  const auto log = mock_.requests();
  ASSERT_EQ(log.Size(), 1u);
  EXPECT_EQ(json::string_or(log[0], "path"), "/v1/chat/completions");
  EXPECT_EQ(json::string_or(log[0], "authorization"), "Bearer sk-fake-key-1");
  EXPECT_EQ(json::string_or(*json::find(log[0], "headers"), "content-type"), "application/json");
  EXPECT_EQ(json::string_or(*json::find(log[0], "headers"), "x-litellm-session-id"), "s-1");
  EXPECT_EQ(json::string_at(*json::find(log[0], "headers"), "expect"), std::nullopt);
  EXPECT_EQ(
      json::dump(*json::find(log[0], "body")),
      R"({"messages":[{"role":"user","content":"grüße"}],"model":"mock-1","tools":[{"type":"function"}]})");
}

TEST_F(OpenAiChatTest, LargeRequest_ArrivesWhole) {
  const std::string text(3 << 20, 'x');
  mock_.script(R"([{"text":"ok"}])");
  WaitingCall call(provider_, config(), {R"([{"role":"user","content":")" + text + "\"}]", "", ""});
  ASSERT_TRUE(call.wait()->response);
  const auto log = mock_.requests();
  EXPECT_EQ(json::string_at((*json::at(log[0], {"body", "messages"}))[0], "content")->size(), text.size());
}

TEST_F(OpenAiChatTest, Errors_BecomeTheirCodes) {
  const std::pair<const char*, const char*> cases[] = {
      {R"([{"http_status":401,"error_body":{"error":{"message":"Incorrect API key provided: sk-fake-key-1"}}}])",
       "LLMAuthenticationError"},
      {R"([{"http_status":400}])", "LLMBadRequestError"},
      {R"([{"http_status":400,"error_body":{"error":{"message":"too long","code":"context_length_exceeded"}}}])",
       "LLMContextWindowExceedError"},
      {R"([{"http_status":429}])", "LLMRateLimitError"},
      {R"([{"http_status":500}])", "LLMServiceUnavailableError"},
      {R"([{"http_status":302,"headers":{"Location":"http://127.0.0.1:1/"}}])", "LLMBadRequestError"},
      {R"([{"malformed":true}])", "LLMServiceUnavailableError"},
      {R"([{"close":true}])", "LLMServiceUnavailableError"},
  };
  for (const auto& [turns, code] : cases) {
    const auto outcome = play(turns, config());
    EXPECT_FALSE(outcome.response) << turns;
    EXPECT_EQ(outcome.failure.code, code) << turns;
    EXPECT_FALSE(outcome.failure.detail.empty());
    EXPECT_EQ(outcome.failure.detail.find("sk-fake-key-1"), std::string::npos) << outcome.failure.detail;
  }
}

TEST_F(OpenAiChatTest, RateLimit_IsTriedAgainAfterWhatTheEndpointAsks) {
  auto patient = config();
  patient.num_retries = 2;
  patient.retry_min_wait = patient.retry_max_wait = 60;
  const auto begin = std::chrono::steady_clock::now();
  const auto outcome = play(R"([{"http_status":429,"headers":{"Retry-After":"1"}},{"text":"ok"}])", patient);
  const auto taken = std::chrono::steady_clock::now() - begin;
  ASSERT_TRUE(outcome.response) << outcome.failure.detail;
  EXPECT_EQ(requests(), 2u);
  EXPECT_GE(taken, 1s);
  EXPECT_LT(taken, 15s);
  EXPECT_LT(outcome.response->latency, 1) << "of the attempt that succeeded";
}

TEST_F(OpenAiChatTest, TransientErrors_AreTriedAgainUpToTheLimit) {
  auto stubborn = config();
  stubborn.num_retries = 4;
  EXPECT_TRUE(play(R"([{"http_status":500},{"malformed":true},{"http_status":503},{"text":"ok"}])", stubborn)
                  .response);
  EXPECT_EQ(requests(), 4u);
  stubborn.num_retries = 2;
  EXPECT_EQ(play(R"([{"http_status":500}])", stubborn).failure.code, "LLMServiceUnavailableError");
  EXPECT_EQ(requests(), 4u + 3u);
}

TEST_F(OpenAiChatTest, RefusedRequests_AreNotTriedAgain) {
  auto stubborn = config();
  stubborn.num_retries = 5;
  for (const auto* status : {"400", "401", "403", "404"})
    EXPECT_FALSE(play(R"([{"http_status":)" + std::string(status) + "}]", stubborn).response);
  EXPECT_EQ(requests(), 4u);
}

TEST_F(OpenAiChatTest, SlowAnswer_TimesOut) {
  auto hasty = config();
  hasty.timeout = 0.3;
  const auto outcome = play(R"([{"hang":true}])", hasty);
  EXPECT_EQ(outcome.failure.code, "LLMTimeoutError");
  EXPECT_EQ(outcome.failure.kind, "transient");
}

TEST_F(OpenAiChatTest, UnusableSettings_FailWithoutARequest) {
  Config unknown = config("nobody/m");
  unknown.base_url.clear();
  auto outcome = WaitingCall(provider_, unknown).wait();
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->failure.kind, "config");
  Config keyless = config("openai/m");
  keyless.base_url.clear();
  keyless.api_key.clear();
  outcome = WaitingCall(provider_, keyless).wait();
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->failure.code, "LLMAuthenticationError");
  Config broken_key = config();
  broken_key.api_key = "sk-fake\nkey";
  outcome = WaitingCall(provider_, broken_key).wait();
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->failure.kind, "config");
  EXPECT_EQ(requests(), 0u);
}

// --- Cancelling ------------------------------------------------------------------------------------
TEST_F(OpenAiChatTest, CancelledCall_IsNotHeardOfAgain) {
  mock_.script(R"({"no_tools":null,"models":{"slow":[{"hang":true}],"fast":[{"text":"ok"}]}})");
  WaitingCall slow(provider_, config("openai/slow"));
  while (requests() == 0) std::this_thread::yield();
  slow.cancel();
  EXPECT_TRUE(WaitingCall(provider_, config("openai/fast")).wait()->response);
  EXPECT_EQ(slow.outcomes(), 0);
}

TEST_F(OpenAiChatTest, CancelDuringBackOff_MakesNoFurtherAttempt) {
  mock_.script(R"({"no_tools":null,"models":{"busy":[{"http_status":429}],"fast":[{"text":"ok"}]}})");
  auto patient = config("openai/busy");
  patient.num_retries = 1000;
  patient.retry_max_wait = 0.01;
  WaitingCall busy(provider_, patient);
  while (requests() < 3) std::this_thread::yield();
  busy.cancel();
  // A request that was on the wire may still be logged; a call that went on would make dozens.
  EXPECT_TRUE(WaitingCall(provider_, config("openai/fast")).wait()->response);
  const auto seen = requests();
  EXPECT_TRUE(WaitingCall(provider_, config("openai/fast")).wait()->response);
  EXPECT_LE(requests(), seen + 2);
  EXPECT_EQ(busy.outcomes(), 0);
}

TEST_F(OpenAiChatTest, CancelFromItsOwnDelta_IsSafe) {
  mock_.script(R"({"no_tools":null,"turns":[{"text":"Hello, world, hello","chunk_chars":1}]})");
  auto streamed = config();
  streamed.stream = true;
  std::mutex mutex;
  std::condition_variable changed;
  int deltas = 0, outcomes = 0;
  std::unique_ptr<Call> call;
  {
    const std::lock_guard lock(mutex);  // held until `call` is set: the delta waits for it
    call = provider_.start(
        streamed, {"[]", "", ""},
        [&](std::string_view, std::string_view) {
          const std::lock_guard inner(mutex);
          ++deltas;
          call.reset();
          changed.notify_all();
        },
        [&](Outcome) { ++outcomes; });
  }
  std::unique_lock lock(mutex);
  EXPECT_TRUE(changed.wait_for(lock, 20s, [&] { return deltas > 0; }));
  lock.unlock();
  mock_.script(R"({"no_tools":null,"turns":[{"text":"ok"}]})");
  EXPECT_TRUE(WaitingCall(provider_, config()).wait()->response);
  lock.lock();
  EXPECT_EQ(deltas, 1);
  EXPECT_EQ(outcomes, 0);
}

TEST_F(OpenAiChatTest, DestroyedProvider_FailsWhatIsUnderWay) {
  mock_.script(R"({"no_tools":null,"models":{"slow":[{"hang":true}],"busy":[{"http_status":429}]}})");
  auto patient = config("openai/busy");
  patient.num_retries = 5;
  patient.retry_min_wait = 60;
  auto own = std::make_unique<OpenAiChat>();
  WaitingCall hanging(*own, config("openai/slow"));
  WaitingCall waiting(*own, patient);
  while (requests() < 2) std::this_thread::yield();
  own.reset();
  EXPECT_EQ(hanging.outcomes(), 1);
  EXPECT_EQ(waiting.outcomes(), 1);
  EXPECT_EQ(hanging.wait()->failure.code, "LLMServiceUnavailableError");
}

TEST_F(OpenAiChatTest, TwoHundredCalls_ShareOneThread) {
  mock_.script(R"({"no_tools":null,"turns":[{"text":"ok","delay_ms":300}]})");
  const auto threads = [] {
    const std::filesystem::directory_iterator tasks("/proc/self/task");
    return std::distance(begin(tasks), end(tasks));
  };
  const auto before = threads();
  std::deque<WaitingCall> calls;
  for (int i = 0; i < 200; ++i) calls.emplace_back(provider_, config());
  EXPECT_EQ(threads(), before);
  for (auto& call : calls) {
    const auto outcome = call.wait(60s);
    ASSERT_TRUE(outcome && outcome->response) << (outcome ? outcome->failure.detail : "no outcome");
  }
  EXPECT_EQ(threads(), before);
  EXPECT_EQ(requests(), 200u);
}

// --- Streaming -------------------------------------------------------------------------------------
class OpenAiChatStreamTest : public OpenAiChatTest {
 protected:
  Config streamed() const {
    auto c = config();
    c.stream = true;
    return c;
  }
};

TEST_F(OpenAiChatStreamTest, TinyChunks_AreAssembled) {
  mock_.script(R"({"no_tools":null,"turns":[{"text":"Grüße, world","reasoning":"Let me see","chunk_chars":1,
    "tool_calls":[{"name":"a","id":"t0","arguments":{"x":"y"}},{"name":"b","id":"t1","arguments":"not json"}],
    "usage":{"prompt_tokens":7,"completion_tokens":3}}]})");
  WaitingCall call(provider_, streamed());
  const auto outcome = call.wait();
  ASSERT_TRUE(outcome && outcome->response);
  EXPECT_EQ(outcome->response->text, "Grüße, world");
  EXPECT_EQ(outcome->response->reasoning, "Let me see");
  EXPECT_EQ(call.text(), "Grüße, world");
  EXPECT_EQ(call.reasoning(), "Let me see");
  EXPECT_EQ(call.deltas(), 12 + 10);
  ASSERT_EQ(outcome->response->tool_calls.size(), 2u);
  EXPECT_EQ(outcome->response->tool_calls[0].arguments, R"({"x": "y"})");
  EXPECT_EQ(outcome->response->tool_calls[1].arguments, "not json");
  EXPECT_EQ(outcome->response->usage.prompt_tokens, 7);
  const auto log = mock_.requests();
  EXPECT_EQ(json::dump(*json::at(log[0], {"body", "stream_options"})), R"({"include_usage":true})");
}

TEST_F(OpenAiChatStreamTest, CutStream_IsAFailureAndIsTriedAgain) {
  EXPECT_EQ(play(R"([{"text":"abc","malformed":"stream"}])", streamed()).failure.code,
            "LLMServiceUnavailableError");
  auto stubborn = streamed();
  stubborn.num_retries = 1;
  EXPECT_TRUE(play(R"([{"text":"abc","malformed":"stream"},{"text":"abc"}])", stubborn).response);
}

TEST_F(OpenAiChatStreamTest, ErrorsAndPlainAnswers_AreUnderstood) {
  EXPECT_EQ(play(R"([{"http_status":401}])", streamed()).failure.code, "LLMAuthenticationError");
  EXPECT_EQ(play(R"([{"malformed":true}])", streamed()).failure.code, "LLMServiceUnavailableError");
}

TEST_F(OpenAiChatStreamTest, CancelInTheMiddle_StopsTheDeltas) {
  mock_.script(R"({"no_tools":null,"models":{"mock-1":[{"text":"abcdefghijklmnopqrstuvwxyz","chunk_chars":1,
    "chunk_delay_ms":20}],"fast":[{"text":"ok"}]}})");
  WaitingCall call(provider_, streamed());
  ASSERT_TRUE(call.wait_for_deltas(3));
  call.cancel();
  EXPECT_TRUE(WaitingCall(provider_, config("openai/fast")).wait()->response);
  EXPECT_LT(call.deltas(), 26);
  EXPECT_EQ(call.outcomes(), 0);
}

// --- Limits and trust ------------------------------------------------------------------------------
TEST_F(OpenAiChatTest, AnswerOverTheLimit_IsRefused) {
  CurlMulti::Options options;
  options.max_response_bytes = 10'000;
  OpenAiChat limited(options);
  mock_.script(R"({"no_tools":null,"turns":[{"text":")" + std::string(20'000, 'x') + R"("}]})");
  for (const bool stream : {false, true}) {
    auto c = config();
    c.stream = stream;
    c.num_retries = 3;
    const auto before = requests();
    const auto outcome = WaitingCall(limited, c).wait();
    ASSERT_TRUE(outcome);
    EXPECT_FALSE(outcome->response);
    EXPECT_NE(outcome->failure.detail.find("10000 bytes"), std::string::npos) << outcome->failure.detail;
    EXPECT_EQ(requests(), before + 1);
  }
}

// A folder with a self-signed certificate for 127.0.0.1; empty() where there is no openssl to make one.
class SelfSigned {
 public:
  SelfSigned() {
    const std::string command =
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 "
        "-subj /CN=mock -addext subjectAltName=IP:127.0.0.1 -keyout " +
        key() + " -out " + certificate() + " 2>/dev/null";
    made_ = std::system(command.c_str()) == 0;
  }
  bool made() const { return made_; }
  std::string certificate() const { return folder_ / "cert.pem"; }
  std::string key() const { return folder_ / "key.pem"; }

 private:
  collet::testing::TemporaryFolder folder_;
  bool made_ = false;
};

TEST_F(OpenAiChatTest, UntrustedCertificate_IsRefused_AndATrustedOneTaken) {
  const SelfSigned identity;
  if (!identity.made()) GTEST_SKIP() << "needs the openssl program to make a certificate";
  const MockLlm tls_mock(identity.certificate(), identity.key());
  auto c = config();
  c.base_url = tls_mock.base_url();
  c.num_retries = 3;
  const auto refused = WaitingCall(provider_, c).wait();
  ASSERT_TRUE(refused);
  EXPECT_FALSE(refused->response);
  EXPECT_EQ(refused->failure.kind, "config");
  EXPECT_NE(refused->failure.detail.find("certificate is not trusted"), std::string::npos)
      << refused->failure.detail;

  CurlMulti::Options options;
  options.ca_file = identity.certificate();
  OpenAiChat trusting(options);
  const auto taken = WaitingCall(trusting, c).wait();
  ASSERT_TRUE(taken);
  ASSERT_TRUE(taken->response) << taken->failure.detail;
  EXPECT_EQ(taken->response->text, "Mock title");
}

}  // namespace
}  // namespace collet::llm
