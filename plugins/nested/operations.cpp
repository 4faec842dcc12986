#include "operations.hpp"

#include <string_view>
#include <utility>

#include "common/openapi.hpp"

namespace collet::nested::operations {
namespace {

// `others`: "404,422".
std::string operation(std::string id, std::string_view summary, std::string_view body, int status,
                      std::string_view others, std::string_view answer = R"({"type":"object"})") {
  return openapi::describe({.tag = "Nested runtime",
                            .id = std::move(id),
                            .summary = summary,
                            .body = std::string(body),
                            .status = status,
                            .answer = std::string(answer),
                            .others = others});
}

constexpr std::string_view kAnyBody = openapi::kObject, kNoBody = {};

// One secret, or several by their names.
std::string secret_or_several() {
  using namespace openapi;
  constexpr std::string_view kByName =
      R"({"type":"object","additionalProperties":{"anyOf":[{"type":"string"},{"type":"object"}]}})";
  const auto one = object({{"name", kText}, {"value", kText}, {"description", kMaybeText, false}});
  return R"({"anyOf":[)" + one + "," + object({{"secrets", kByName}}) + "," +
         object({{"custom_secrets", kByName}}) + "]}";
}

// The schema of a closed object that has one of these members.
std::string having_one_of(std::initializer_list<std::string_view> names, std::string schema) {
  std::string forms;
  for (const auto name : names) forms += (forms.empty() ? "" : ",") + openapi::object({{name, "{}"}});
  return schema.insert(1, R"("additionalProperties":false,"anyOf":[)" + forms + "],");
}

}  // namespace

std::string store_settings() {
  return operation("nested_store_settings", "Store the flat settings of an older manager", kAnyBody, 200,
                   "422");
}
std::string add_git_providers() {
  return operation("nested_add_git_providers", "Keep tokens of git providers", kAnyBody, 200, "409,422");
}
std::string unset_provider_tokens() {
  return operation("nested_unset_provider_tokens", "Forget the tokens of git providers", kNoBody, 200, "409");
}
std::string list_secrets() {
  return operation("nested_list_secrets", "Names and descriptions of the users' secrets", kNoBody, 200, "");
}
std::string add_secrets() {
  return operation("nested_add_secrets", "Add one secret (201), or put several (200)", secret_or_several(),
                   201, "200,400,409,422");
}
std::string change_secret() {
  return operation("nested_change_secret", "Change a secret's name and description",
                   openapi::object({{"name", openapi::kText}, {"description", openapi::kMaybeText, false}}),
                   200, "400,404,409,422");
}
std::string delete_secret() {
  return operation("nested_delete_secret", "Delete a secret", kNoBody, 200, "404,409");
}
std::string set_exp_config() {
  return operation("nested_set_exp_config", "Taken, without effect", kAnyBody, 200, "409,422");
}
std::string stop_conversation() {
  return operation("nested_stop_conversation", "Pause a conversation", kNoBody, 200, "404,409");
}
std::string older_start() {
  using namespace openapi;
  const auto body = having_one_of({"initial_user_msg", "image_urls", "repository", "selected_branch",
                                   "git_provider", "conversation_instructions"},
                                  object({{"initial_user_msg", kMaybeText, false},
                                          {"image_urls", kMaybeTexts, false},
                                          {"repository", kMaybeText, false},
                                          {"selected_branch", kMaybeText, false},
                                          {"git_provider", kMaybeText, false},
                                          {"conversation_instructions", kMaybeText, false},
                                          {"conversation_id", kMaybeText, false},
                                          {"mcp_config", maybe(kObject), false}}));
  const auto answer = object({{"status", R"({"type":"string","enum":["ok"]})"},
                              {"conversation_id", kText},
                              {"conversation_status", kText},
                              {"message", kMaybeText, false}});
  return operation("nested_start_conversation", "Start a conversation in the older form", body, 200, "409",
                   answer);
}
std::string first_events() {
  using namespace openapi;
  const auto answer = object({{"events", list_of(kObject)}, {"has_more", kYesNo}});
  return operation("nested_first_events", "The first events of a conversation of the older form", kNoBody,
                   200, "404", answer);
}
std::string older_message() {
  using namespace openapi;
  const auto args = object({{"content", kText}, {"image_urls", kMaybeTexts, false}});
  const auto body = object({{"action", R"({"type":"string","enum":["message"]})"}, {"args", args}});
  return operation("nested_send_message", "A message in the older form", body, 200, "404",
                   object({{"success", kYesNo}}));
}

}  // namespace collet::nested::operations
