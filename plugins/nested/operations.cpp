#include "operations.hpp"

#include <string_view>
#include <utility>

#include "common/openapi.hpp"

namespace collet::nested::operations {
namespace {

// `others`: "404,422".
std::string operation(std::string id, std::string_view summary, bool has_body, int status,
                      std::string_view others) {
  return openapi::describe({.tag = "Nested runtime",
                            .id = std::move(id),
                            .summary = summary,
                            .body = has_body ? std::string(openapi::kObject) : std::string(),
                            .status = status,
                            .answer = R"({"type":"object"})",
                            .others = others});
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
