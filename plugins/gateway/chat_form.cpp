#include "chat_form.hpp"

#include <algorithm>
#include <array>

#include "collet/problems.hpp"
#include "ids.hpp"

namespace collet::gateway {
namespace {

constexpr const char* kConversationHeader = "x-openhands-serverconversation-id";
constexpr std::array<std::string_view, 5> kRoles = {"system", "developer", "user", "assistant", "tool"};

// Why a text is no UUID.
std::string uuid_mistake(std::string_view text) {
  constexpr std::string_view kPlain = "0123456789abcdefABCDEF-";
  const auto at = text.find_first_not_of(kPlain);
  if (at == std::string_view::npos) return "invalid length or groups";
  return "invalid character: found `" + std::string(text.substr(at, 1)) + "` at " + std::to_string(at);
}

std::optional<std::string> read_conversation(const Request& request, Problems& problems) {
  const auto text = request.header(kConversationHeader);
  if (!text) return std::nullopt;
  auto id = profiles::parse_uuid(*text);
  if (!id) {
    const std::string mistake = uuid_mistake(*text);
    json::Writer w;
    w.object().member("type", "uuid_parsing").key("loc").array();
    w.value("header").value("X-OpenHands-ServerConversation-ID").end();
    w.member("msg", "Input should be a valid UUID, " + mistake).member("input", *text);
    w.key("ctx").object().member("error", mistake).end();
    problems.add(w.end().take());
  }
  return id;
}

void check_part(const json::Value& part, Problems::Place place, Problems& problems) {
  if (!part.IsObject())
    return problems.add("model_attributes_type", place,
                        "Input should be a valid dictionary or object to extract fields from",
                        json::dump(part));
  const auto* type = json::find(part, "type");
  place.emplace_back("type");
  if (type == nullptr)
    problems.missing(place, json::dump(part));
  else if (!type->IsString())
    problems.add("string_type", place, "Input should be a valid string", json::dump(*type));
}

void check_message(const json::Value& message, const Problems::Place& place, Problems& problems) {
  const auto at = [&](std::string_view name) {
    auto inner = place;
    inner.emplace_back(name);
    return inner;
  };
  if (!message.IsObject())
    return problems.add("model_attributes_type", place,
                        "Input should be a valid dictionary or object to extract fields from",
                        json::dump(message));
  const auto* role = json::find(message, "role");
  if (role == nullptr)
    problems.missing(at("role"), json::dump(message));
  else if (!role->IsString() || std::find(kRoles.begin(), kRoles.end(), json::view(*role)) == kRoles.end())
    problems.add("literal_error", at("role"),
                 "Input should be 'system', 'developer', 'user', 'assistant' or 'tool'", json::dump(*role));
  const auto* content = json::find(message, "content");
  if (content == nullptr || content->IsNull() || content->IsString()) return;
  if (!content->IsArray())
    return problems.add("string_type", at("content"), "Input should be a valid string or list",
                        json::dump(*content));
  std::size_t index = 0;
  for (const auto& part : content->GetArray()) {
    auto inner = at("content");
    inner.emplace_back(index++);
    check_part(part, std::move(inner), problems);
  }
}

void check_messages(const json::Value& body, Problems& problems) {
  const auto* messages = json::find(body, "messages");
  if (messages == nullptr) return problems.missing({"body", "messages"}, json::dump(body));
  if (!messages->IsArray())
    return problems.add("list_type", {"body", "messages"}, "Input should be a valid list",
                        json::dump(*messages));
  std::size_t index = 0;
  for (const auto& message : messages->GetArray())
    check_message(message, {"body", "messages", index++}, problems);
}

bool flag(const json::Value& from, std::string_view name, const Problems::Place& place, Problems& problems) {
  const auto* value = json::find(from, name);
  if (value == nullptr) return false;
  if (!value->IsBool())
    problems.add("bool_type", place, "Input should be a valid boolean", json::dump(*value));
  return value->IsBool() && value->GetBool();
}

// Adds the parts of a message, as conversations take them.
void add_parts(json::Writer& out, const json::Value& content) {
  if (content.IsString()) {
    out.object().member("type", "text").member("text", content).end();
    return;
  }
  if (!content.IsArray()) return;
  for (const auto& part : content.GetArray()) {
    const auto type = json::string_or(part, "type");
    if (type == "text") {
      const auto text = json::string_or(part, "text");
      if (!text.empty()) out.object().member("type", "text").member("text", text).end();
      continue;
    }
    if (type != "image_url") throw Refusal(400, "Unsupported content part type: " + type);
    auto url = json::string_at(part, "image_url");
    if (const auto* object = json::find(part, "image_url"); !url && object != nullptr)
      url = json::string_at(*object, "url");
    if (!url) throw Refusal(400, "image_url content part is missing a url");
    out.object().member("type", "image").key("image_urls").array().value(*url).end().end();
  }
}

std::string text_of(const json::Value& content) {
  if (content.IsString()) return std::string(json::view(content));
  std::string text;
  if (content.IsArray())
    for (const auto& part : content.GetArray())
      if (json::string_at(part, "type") == "text")
        text += (text.empty() ? "" : "\n") + json::string_or(part, "text");
  return text;
}

const json::Value& messages_of(const ChatRequest& request) {
  return *json::find(static_cast<const json::Value&>(request.body), "messages");
}

}  // namespace

ChatRequest read_chat(const Request& request) {
  ChatRequest chat;
  chat.body = read_object(request);
  const json::Value& body = chat.body;
  Problems problems;
  chat.conversation = read_conversation(request, problems);
  const auto* model = json::find(body, "model");
  if (model == nullptr)
    problems.missing({"body", "model"}, json::dump(body));
  else if (!model->IsString())
    problems.add("string_type", {"body", "model"}, "Input should be a valid string", json::dump(*model));
  check_messages(body, problems);
  chat.stream = flag(body, "stream", {"body", "stream"}, problems);
  if (const auto* options = json::find(body, "stream_options"); options != nullptr && !options->IsNull()) {
    if (options->IsObject())
      chat.include_usage =
          flag(*options, "include_usage", {"body", "stream_options", "include_usage"}, problems);
    else
      problems.add("model_attributes_type", {"body", "stream_options"},
                   "Input should be a valid dictionary or object to extract fields from",
                   json::dump(*options));
  }
  problems.check();
  chat.model = json::view(*model);
  return chat;
}

std::optional<std::string> profile_of(std::string_view model) {
  if (!model.starts_with(kModelPrefix) || model.size() == kModelPrefix.size()) return std::nullopt;
  return std::string(model.substr(kModelPrefix.size()));
}

std::string last_user_message(const ChatRequest& request) {
  const auto& messages = messages_of(request);
  for (auto message = messages.End(); message != messages.Begin();) {
    --message;
    if (json::string_at(*message, "role") != "user") continue;
    json::Writer w;
    w.array();
    if (const auto* content = json::find(*message, "content"); content != nullptr) add_parts(w, *content);
    return w.end().take();
  }
  throw Refusal(400, "At least one user message is required");
}

std::string system_text(const ChatRequest& request) {
  std::string all;
  for (const auto& message : messages_of(request).GetArray()) {
    const auto role = json::string_at(message, "role");
    const auto* content = json::find(message, "content");
    if ((role != "system" && role != "developer") || content == nullptr) continue;
    const auto text = text_of(*content);
    if (!text.empty()) all += (all.empty() ? "" : "\n\n") + text;
  }
  return all;
}

}  // namespace collet::gateway
