#include "llm_operations.hpp"

#include <string_view>

#include "common/openapi.hpp"

namespace collet::llm_catalogue::operations {
namespace {

using namespace openapi;

constexpr std::string_view kTag = "LLM";
constexpr std::string_view kStatus =
    R"({"type":"object","required":["connected"],"properties":{"vendor":{"type":"string","default":"openai"},)"
    R"("connected":{"type":"boolean"},"account_email":{"anyOf":[{"type":"string"},{"type":"null"}]},)"
    R"("expires_at":{"anyOf":[{"type":"integer"},{"type":"null"}]}}})";
constexpr std::string_view kStarted =
    R"({"type":"object","required":["device_code","user_code","verification_uri","expires_at",)"
    R"("interval_seconds"],"properties":{"device_code":{"type":"string"},"user_code":{"type":"string"},)"
    R"("verification_uri":{"type":"string"},"verification_uri_complete":{"anyOf":[{"type":"string"},)"
    R"({"type":"null"}]},"expires_at":{"type":"integer"},"interval_seconds":{"type":"integer"}}})";

std::string texts(std::string_view name) { return object({{name, kTexts}}); }

}  // namespace

std::string providers() {
  return describe({.tag = kTag,
                   .id = "list_providers_api_llm_providers_get",
                   .summary = "Names of providers of models",
                   .answer = texts("providers")});
}
std::string models() {
  return describe(
      {.tag = kTag,
       .id = "list_models_api_llm_models_get",
       .summary = "Names of models, of one provider or of all",
       .parameters = R"({"name":"provider","in":"query","required":false,"schema":{"type":"string"}})",
       .answer = texts("models")});
}
std::string verified() {
  return describe({.tag = kTag,
                   .id = "list_verified_models_api_llm_models_verified_get",
                   .summary = "Models that are known to work well, by provider",
                   .answer = object({{"models", R"({"type":"object","additionalProperties":)" +
                                                    std::string(kTexts) + "}"}})});
}
std::string subscription_models() {
  return describe({.tag = kTag,
                   .id = "list_openai_subscription_models_api_llm_subscription_openai_models_get",
                   .summary = "Models that a ChatGPT subscription gives",
                   .answer = object({{"vendor", kText, false}, {"models", kTexts}})});
}
std::string subscription_status() {
  return describe({.tag = kTag,
                   .id = "get_openai_subscription_status_api_llm_subscription_openai_status_get",
                   .summary = "Whether somebody is signed in",
                   .answer = std::string(kStatus)});
}
std::string device_start() {
  return describe(
      {.tag = kTag,
       .id = "start_openai_subscription_device_login_api_llm_subscription_openai_device_start_post",
       .summary = "Begin to sign in with a code that the user types in at OpenAI's site",
       .answer = std::string(kStarted),
       .others = "502,503"});
}
std::string device_poll() {
  return describe({.tag = kTag,
                   .id = "poll_openai_subscription_device_login_api_llm_subscription_openai_device_poll_post",
                   .summary = "See whether the user has typed in the code",
                   .body = object({{"device_code", kText}}),
                   .answer = std::string(kStatus),
                   .others = "404,422,502,503"});
}
std::string logout() {
  return describe({.tag = kTag,
                   .id = "logout_openai_subscription_api_llm_subscription_openai_logout_post",
                   .summary = "Sign out, and forget logins that are under way",
                   .answer = std::string(kStatus)});
}

}  // namespace collet::llm_catalogue::operations
