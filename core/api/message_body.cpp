#include "api/message_body.hpp"

#include "agent/drafts.hpp"
#include "api/models.hpp"

namespace collet::api {
namespace {

void write_part(json::Writer& w, const json::Value& part) {
  w.object().member("cache_prompt", json::bool_at(part, "cache_prompt").value_or(false));
  const auto text = json::string_at(part, "text");
  if (text && json::string_or(part, "type", "text") == "text")
    w.member("type", "text").member("text", *text);
  else
    w.member("type", "image").member("image_urls", *json::find(part, "image_urls"));
  w.end();
}

std::string canonical(const json::Value& content) {
  json::Writer w;
  w.array();
  for (const auto& part : content.GetArray()) write_part(w, part);
  w.end();
  return w.take();
}

}  // namespace

void check_role(const json::Value& role, const Places& where, Validation& validation) {
  const std::string name = role.IsString() ? std::string(json::view(role)) : std::string();
  if (name == "system" || name == "assistant" || name == "tool")
    validation.add("value_error", where, "Value error, only user messages can be sent to the agent", &role);
  else if (name != "user")
    validation.not_one_of("literal_error", where, "user|system|assistant|tool", &role);
}

MessageBody read_message(const json::Value& message) {
  MessageBody body;
  if (const json::Value* content = json::find(message, "content"); content != nullptr)
    body.content = canonical(*content);
  body.run = json::bool_at(message, "run").value_or(false);
  body.sender = json::string_or(message, "sender");
  return body;
}

SocketMessage read_socket_message(std::string_view text) {
  SocketMessage result;
  json::ParseError error;
  const auto message = json::parse(text, &error);
  if (!message) {
    result.error_code = "JSONDecodeError";
    result.error_detail = error.message + " (at character " + std::to_string(error.offset) + ")";
    return result;
  }
  Validation validation;
  if (message->IsObject() && json::find(*message, "role") == nullptr) validation.missing({"role"}, &*message);
  json::Document copy;
  copy.CopyFrom(*message, copy.GetAllocator());
  if (json::Value* content = json::find(copy, "content"); content != nullptr && content->IsString()) {
    const auto parts = json::parse(agent::text_content(json::view(*content)));
    content->CopyFrom(*parts, copy.GetAllocator());
  }
  check(kSendMessageRequest, copy, {}, validation);
  if (!validation.ok()) {
    result.error_code = "ValidationError";
    result.error_detail = "The message cannot be used: " + validation.response().body;
    return result;
  }
  result.message = read_message(copy);
  result.message.run = json::bool_at(*message, "run").value_or(true);
  return result;
}

}  // namespace collet::api
