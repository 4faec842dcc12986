#include "operations.hpp"

#include <string_view>

namespace collet::nested::operations {
namespace {

constexpr std::string_view kBody =
    R"("requestBody":{"required":true,"content":{"application/json":{"schema":{"type":"object","additionalProperties":true}}}},)";

// `others`: "404,422".
std::string operation(std::string_view id, std::string_view summary, bool has_body, int status,
                      std::string_view others) {
  std::string text = R"({"tags":["Nested runtime"],"operationId":")" + std::string(id) + R"(","summary":")" +
                     std::string(summary) + "\",";
  if (has_body) text += kBody;
  const std::string content = R"({"content":{"application/json":{"schema":{"type":"object"}}}})";
  text += R"("responses":{")" + std::to_string(status) + "\":" + content;
  for (std::size_t at = 0; at < others.size(); at += 4)
    text += ",\"" + std::string(others.substr(at, 3)) + "\":" + content;
  return text + "}}";
}

}  // namespace

std::string store_settings() {
  return operation("nested_store_settings", "Store the flat settings of an older manager", true, 200, "422");
}
std::string add_git_providers() {
  return operation("nested_add_git_providers", "Keep tokens of git providers", true, 200, "409,422");
}
std::string unset_provider_tokens() {
  return operation("nested_unset_provider_tokens", "Forget the tokens of git providers", false, 200, "409");
}
std::string list_secrets() {
  return operation("nested_list_secrets", "Names and descriptions of the users' secrets", false, 200, "");
}
std::string add_secrets() {
  return operation("nested_add_secrets", "Add one secret (201), or put several (200)", true, 201,
                   "200,400,409,422");
}
std::string change_secret() {
  return operation("nested_change_secret", "Change a secret's name and description", true, 200,
                   "400,404,409,422");
}
std::string delete_secret() {
  return operation("nested_delete_secret", "Delete a secret", false, 200, "404,409");
}
std::string set_exp_config() {
  return operation("nested_set_exp_config", "Taken, without effect", true, 200, "409,422");
}
std::string stop_conversation() {
  return operation("nested_stop_conversation", "Pause a conversation", false, 200, "404,409");
}

}  // namespace collet::nested::operations
