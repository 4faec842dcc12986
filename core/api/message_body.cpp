#include "api/message_body.hpp"

#include <algorithm>

#include "agent/drafts.hpp"

namespace collet::api {
namespace {

Places with(Places where, std::initializer_list<Place> more) {
  where.insert(where.end(), more);
  return where;
}

bool is_image(const json::Value& part) {
  const json::Value* urls = json::find(part, "image_urls");
  return json::string_or(part, "type", "image") == "image" && urls != nullptr && urls->IsArray() &&
         std::all_of(urls->Begin(), urls->End(), [](const auto& url) { return url.IsString(); });
}

bool is_text(const json::Value& part) {
  return json::string_or(part, "type", "text") == "text" && json::string_at(part, "text").has_value();
}

// A part fits no form: says what each form misses.
void explain(const json::Value& part, const Places& where, Validation& validation) {
  const json::Value* type = json::find(part, "type");
  const struct {
    std::string_view name, type, member;
  } forms[] = {{"TextContent", "text", "text"}, {"ImageContent", "image", "image_urls"}};
  for (const auto& form : forms) {
    if (type != nullptr && (!type->IsString() || json::view(*type) != form.type))
      validation.not_one_of("literal_error", with(where, {form.name, "type"}), {form.type}, type);
    const json::Value* member = json::find(part, form.member);
    if (member == nullptr)
      validation.missing(with(where, {form.name, form.member}), &part);
    else if (type == nullptr || (type->IsString() && json::view(*type) == form.type))
      validation.add(
          form.member == "text" ? "string_type" : "list_type", with(where, {form.name, form.member}),
          form.member == "text" ? "Input should be a valid string" : "Input should be a valid list", member);
  }
}

void write_part(json::Writer& w, const json::Value& part) {
  w.object().member("cache_prompt", json::bool_at(part, "cache_prompt").value_or(false));
  if (is_text(part))
    w.member("type", "text").member("text", *json::string_at(part, "text"));
  else
    w.member("type", "image").member("image_urls", *json::find(part, "image_urls"));
  w.end();
}

std::string read_content(const json::Value& content, const Places& where, Validation& validation) {
  if (!content.IsArray()) {
    validation.add("list_type", where, "Input should be a valid list", &content);
    return "[]";
  }
  json::Writer w;
  w.array();
  int index = 0;
  for (const auto& part : content.GetArray()) {
    if (part.IsObject() && (is_text(part) || is_image(part)))
      write_part(w, part);
    else
      explain(part, with(where, {index}), validation);
    ++index;
  }
  w.end();
  return w.take();
}

}  // namespace

MessageBody read_message(const json::Value& message, Places where, Validation& validation) {
  MessageBody body;
  if (!message.IsObject()) {
    validation.add("model_attributes_type", where,
                   "Input should be a valid dictionary or object to extract fields from", &message);
    return body;
  }
  if (const json::Value* role = json::find(message, "role"); role != nullptr) {
    const std::string name = role->IsString() ? std::string(json::view(*role)) : std::string();
    if (name == "system" || name == "assistant" || name == "tool")
      validation.add("value_error", with(where, {"role"}),
                     "Value error, only user messages can be sent to the agent", role);
    else if (name != "user")
      validation.not_one_of("literal_error", with(where, {"role"}), {"user", "system", "assistant", "tool"},
                            role);
  }
  if (const json::Value* content = json::find(message, "content"); content != nullptr)
    body.content = read_content(*content, with(where, {"content"}), validation);
  if (const json::Value* run = json::find(message, "run"); run != nullptr) {
    if (run->IsBool())
      body.run = run->GetBool();
    else
      validation.add("bool_type", with(where, {"run"}), "Input should be a valid boolean", run);
  }
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
  result.message = read_message(copy, {}, validation);
  result.message.run = json::bool_at(*message, "run").value_or(true);
  if (!validation.ok()) {
    result.error_code = "ValidationError";
    result.error_detail = "The message cannot be used: " + validation.response().body;
  }
  return result;
}

}  // namespace collet::api
