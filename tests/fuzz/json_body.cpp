// JSON from outside, through everything that reads it: what clients send, what models write, what plugins
// state.
#include <string>

#include "agent/tool_arguments.hpp"
#include "api/message_body.hpp"
#include "api/models.hpp"
#include "api/schema.hpp"
#include "api/start_request.hpp"
#include "api/validation.hpp"
#include "check.hpp"
#include "collet/json.hpp"
#include "http/percent.hpp"
#include "llm/chat_response.hpp"
#include "plugins/config_schema.hpp"
#include "plugins/section.hpp"
#include "settings/settings_document.hpp"

namespace collet::fuzz {
namespace {

constexpr char kSchema[] =
    R"({"type":"object","required":["command"],"properties":{)"
    R"("command":{"type":"string"},"is_input":{"type":"boolean","default":false},)"
    R"("timeout":{"type":["number","null"]},"mode":{"type":"string","enum":["a","b"]},)"
    R"("range":{"type":"array","items":{"type":"integer"}}}})";

bool is_json(std::string_view text) { return http::is_utf8(text) && json::parse(text).has_value(); }

// A body as a route gets it: checked, then read.
void check_api(const json::Value& body, std::string_view text) {
  for (const auto* model : api::named_models()) {
    api::Validation validation;
    api::check(*model, body, {"body"}, validation);
    if (!validation.ok()) FUZZ_CHECK(is_json(validation.response().body));
  }
  api::Validation start;
  api::check(api::kStartConversationRequest, body, {"body"}, start);
  if (start.ok()) {
    const auto request = api::read_start_request(body, start);
    FUZZ_CHECK(is_json(json::dump(request.agent)));
    FUZZ_CHECK(is_json(request.secret_sources));
  }
  api::Validation message;
  api::check(api::kSendMessageRequest, body, {"body"}, message);
  if (message.ok()) FUZZ_CHECK(is_json(api::read_message(body).content));
  const auto from_socket = api::read_socket_message(text);
  if (from_socket.error_code.empty()) FUZZ_CHECK(is_json(from_socket.message.content));
}

void check_settings(const json::Value& body) {
  const auto patched = settings::patched(settings::default_document(), body);
  if (!patched) return;
  FUZZ_CHECK(is_json(settings::shown(*patched)));
  // What was accepted once is accepted when it is read back.
  const auto again = settings::completed(*patched);
  FUZZ_CHECK(again.ok());
  FUZZ_CHECK(settings::shown(*again) == settings::shown(*patched));
}

void check_model(std::string_view text) {
  static const auto schema = json::parse(kSchema);
  const auto checked = agent::check_arguments("terminal", *schema, text);
  if (checked.error.empty()) FUZZ_CHECK(is_json(checked.action));
  FUZZ_CHECK(http::is_utf8(checked.error));
  const auto answer = llm::parse_chat_response(text);
  if (answer.response) FUZZ_CHECK(http::is_utf8(answer.response->text));
}

void check_plugins(const json::Value& body, std::string_view text) {
  static_cast<void>(plugins::check_value(body, body, "plugins.x"));
  static_cast<void>(plugins::parse_section(text));
}

}  // namespace
}  // namespace collet::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace collet::fuzz;
  namespace json = collet::json;
  const std::string_view text = as_text(data, size);
  check_model(text);
  const auto body = json::parse(text);
  if (!body) return 0;
  // Written and read again it is the same.
  const std::string written = json::dump(*body);
  const auto again = json::parse(written);
  FUZZ_CHECK(again.has_value() && json::dump(*again) == written);
  check_api(*body, text);
  check_settings(*body);
  check_plugins(*body, text);
  return 0;
}
