#include "llm/failures.hpp"

#include <gtest/gtest.h>

namespace collet::llm {
namespace {

struct Case {
  int status;
  const char* body;
  const char* code;
  const char* kind;
  bool retryable;
  const char* user_action;
  bool retry;
};

TEST(Failures, Status_IsClassified) {
  const Case cases[] = {
      {401, R"({"error":{"message":"Incorrect API key provided"}})", "LLMAuthenticationError", "auth", false,
       "settings", false},
      {403, "", "LLMAuthenticationError", "auth", false, "settings", false},
      {400, R"({"error":{"message":"API key not valid. Please pass"}})", "LLMAuthenticationError", "auth",
       false, "settings", false},
      {400, R"({"error":{"message":"bad things"}})", "LLMBadRequestError", "config", false, "settings",
       false},
      {404, R"({"error":"no such model"})", "LLMBadRequestError", "config", false, "settings", false},
      {422, R"({"detail":"no"})", "LLMBadRequestError", "config", false, "settings", false},
      {302, "", "LLMBadRequestError", "config", false, "settings", false},
      {400, R"({"error":{"message":"too much","code":"context_length_exceeded"}})",
       "LLMContextWindowExceedError", "agent_action", true, "retry", false},
      {413, R"({"error":{"message":"Please reduce the length of the messages"}})",
       "LLMContextWindowExceedError", "agent_action", true, "retry", false},
      {500, "the request exceeds the available context size", "LLMContextWindowExceedError", "agent_action",
       true, "retry", false},
      {429, R"({"error":{"message":"slow down"}})", "LLMRateLimitError", "rate_limit", true, "retry", true},
      {429, R"({"error":{"message":"no","code":"insufficient_quota"}})", "LLMRateLimitError", "quota", false,
       "settings", false},
      {402, "", "LLMRateLimitError", "quota", false, "settings", false},
      {408, "", "LLMTimeoutError", "transient", true, "retry", true},
      {504, "", "LLMTimeoutError", "transient", true, "retry", true},
      {500, "", "LLMServiceUnavailableError", "transient", true, "retry", true},
      {503, "<html>", "LLMServiceUnavailableError", "transient", true, "retry", true},
      {529, "", "LLMServiceUnavailableError", "transient", true, "retry", true},
  };
  for (const auto& one : cases) {
    const auto result = status_failure(one.status, one.body);
    SCOPED_TRACE(std::to_string(one.status) + " " + one.body);
    EXPECT_EQ(result.failure.code, one.code);
    EXPECT_EQ(result.failure.kind, one.kind);
    EXPECT_EQ(result.failure.retryable, one.retryable);
    EXPECT_EQ(result.failure.user_action, one.user_action);
    EXPECT_EQ(result.retry, one.retry);
  }
}

TEST(Failures, Detail_QuotesTheEndpoint) {
  EXPECT_EQ(status_failure(401, R"({"error":{"message":"Incorrect API key provided"}})").failure.detail,
            "The model endpoint refused the key (401): Incorrect API key provided");
  EXPECT_EQ(status_failure(500, "oops").failure.detail, "The model endpoint failed (500): oops");
  EXPECT_EQ(status_failure(502, "<html>long page</html>").failure.detail, "The model endpoint failed (502)");
  EXPECT_EQ(status_failure(400, R"([{"error":{"message":"in a list"}}])").failure.detail,
            "The model endpoint refused the request (400): in a list");
  EXPECT_EQ(status_failure(500, " \n").failure.detail, "The model endpoint failed (500)");
}

TEST(Failures, Detail_IsCutAndTidiedWhenItIsShown) {
  const auto detail = status_failure(500, std::string(100'000, 'x')).failure.detail;
  EXPECT_GT(detail.size(), 50'000u);
  EXPECT_LT(detail.size(), 70'000u);
  EXPECT_LT(shown_detail(detail).size(), 1200u);
  EXPECT_EQ(shown_detail(status_failure(500, "a\tb\x1b[1m\xff").failure.detail),
            "The model endpoint failed (500): a b [1m\xef\xbf\xbd");
}

TEST(Failures, RetryAfter_IsKept_WhereARetryMakesSense) {
  EXPECT_EQ(status_failure(429, "", 3.0).retry_after, 3.0);
  EXPECT_EQ(status_failure(400, "", 3.0).retry_after, std::nullopt);
}

TEST(Failures, Transfer_IsClassified) {
  EXPECT_EQ(transfer_failure(TransferError::kTimeout, "x").failure.code, "LLMTimeoutError");
  EXPECT_TRUE(transfer_failure(TransferError::kTimeout, "x").retry);
  EXPECT_EQ(transfer_failure(TransferError::kConnection, "x").failure.code, "LLMServiceUnavailableError");
  EXPECT_TRUE(transfer_failure(TransferError::kConnection, "x").retry);
  EXPECT_EQ(transfer_failure(TransferError::kTls, "x").failure.kind, "config");
  EXPECT_FALSE(transfer_failure(TransferError::kTls, "x").retry);
  EXPECT_FALSE(transfer_failure(TransferError::kTooLarge, "x").retry);
  EXPECT_FALSE(transfer_failure(TransferError::kShutdown, "x").retry);
}

TEST(Failures, Secrets_AreMaskedEverywhere) {
  Config config;
  config.api_key = "sk-secret-1";
  config.extra_headers = {{"X-Key", "another-secret"}, {"X-Flag", "1"}};
  const auto failure =
      redact(status_failure(401, "bad key sk-secret-1, sk-secret-1 and another-secret 1").failure, config);
  EXPECT_EQ(failure.detail,
            "The model endpoint refused the key (401): bad key **********, ********** and ********** 1");
}

TEST(Failures, Secrets_AreMaskedAcrossTheCutAndWithTheirTabs) {
  Config config;
  config.api_key = "sk-" + std::string(44, 'k');
  config.extra_headers = {{"X-Key", "two\twords"}};
  for (std::size_t before = 950; before < 1110; ++before) {
    const auto failure =
        redact(status_failure(401, std::string(before, 'x') + config.api_key).failure, config);
    EXPECT_EQ(shown_detail(failure.detail).find("kk"), std::string::npos) << before;
  }
  EXPECT_EQ(shown_detail(redact(status_failure(401, "bad two\twords").failure, config).detail),
            "The model endpoint refused the key (401): bad **********");
}

}  // namespace
}  // namespace collet::llm
