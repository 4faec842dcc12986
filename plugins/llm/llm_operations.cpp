#include "llm_operations.hpp"

#include <string_view>

namespace collet::llm_catalogue::operations {
namespace {

constexpr std::string_view kTexts = R"({"type":"array","items":{"type":"string"}})";
constexpr std::string_view kStatus =
    R"({"type":"object","required":["connected"],"properties":{"vendor":{"type":"string","default":"openai"},)"
    R"("connected":{"type":"boolean"},"account_email":{"anyOf":[{"type":"string"},{"type":"null"}]},)"
    R"("expires_at":{"anyOf":[{"type":"integer"},{"type":"null"}]}}})";
constexpr std::string_view kStarted =
    R"({"type":"object","required":["device_code","user_code","verification_uri","expires_at",)"
    R"("interval_seconds"],"properties":{"device_code":{"type":"string"},"user_code":{"type":"string"},)"
    R"("verification_uri":{"type":"string"},"verification_uri_complete":{"anyOf":[{"type":"string"},)"
    R"({"type":"null"}]},"expires_at":{"type":"integer"},"interval_seconds":{"type":"integer"}}})";

std::string content(std::string_view schema) {
  return R"("content":{"application/json":{"schema":)" + std::string(schema) + "}}";
}

std::string list(std::string_view name) {
  const std::string quoted = "\"" + std::string(name) + "\"";
  return R"({"type":"object","required":[)" + quoted + R"(],"properties":{)" + quoted + ":" +
         std::string(kTexts) + "}}";
}

std::string describe(std::string_view id, std::string_view summary, std::string_view answer,
                     std::string_view more = {}, std::string_view failures = {}) {
  return R"({"tags":["LLM"],"operationId":")" + std::string(id) + R"(","summary":")" + std::string(summary) +
         "\"," + std::string(more) + R"("responses":{"200":{)" + content(answer) + "}" +
         std::string(failures) + "}}";
}

}  // namespace

std::string providers() {
  return describe("list_providers_api_llm_providers_get", "Names of providers of models", list("providers"));
}
std::string models() {
  return describe("list_models_api_llm_models_get", "Names of models, of one provider or of all",
                  list("models"),
                  R"("parameters":[{"name":"provider","in":"query","required":false,)"
                  R"("schema":{"type":"string"}}],)");
}
std::string verified() {
  return describe("list_verified_models_api_llm_models_verified_get",
                  "Models that are known to work well, by provider",
                  R"({"type":"object","required":["models"],"properties":{"models":{"type":"object",)"
                  R"("additionalProperties":)" +
                      std::string(kTexts) + "}}}");
}
std::string subscription_models() {
  return describe("list_openai_subscription_models_api_llm_subscription_openai_models_get",
                  "Models that a ChatGPT subscription gives",
                  R"({"type":"object","required":["models"],"properties":{"vendor":{"type":"string"},)"
                  R"("models":)" +
                      std::string(kTexts) + "}}");
}
std::string subscription_status() {
  return describe("get_openai_subscription_status_api_llm_subscription_openai_status_get",
                  "Whether somebody is signed in", kStatus);
}
std::string device_start() {
  return describe("start_openai_subscription_device_login_api_llm_subscription_openai_device_start_post",
                  "Begin to sign in with a code that the user types in at OpenAI's site", kStarted, {},
                  R"(,"502":{},"503":{})");
}
std::string device_poll() {
  return describe("poll_openai_subscription_device_login_api_llm_subscription_openai_device_poll_post",
                  "See whether the user has typed in the code", kStatus,
                  R"("requestBody":{"required":true,)" +
                      content(R"({"type":"object","required":["device_code"],)"
                              R"("properties":{"device_code":{"type":"string"}}})") +
                      "},",
                  R"(,"404":{},"422":{},"502":{},"503":{})");
}
std::string logout() {
  return describe("logout_openai_subscription_api_llm_subscription_openai_logout_post",
                  "Sign out, and forget logins that are under way", kStatus);
}

}  // namespace collet::llm_catalogue::operations
