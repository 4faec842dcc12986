#include "api/events_api.hpp"

#include "agent/builtin_tools.hpp"
#include "api/message_body.hpp"
#include "api/route_helpers.hpp"
#include "api/validation.hpp"
#include "conversation/conversation.hpp"
#include "events/null_fields.hpp"

namespace collet::api {
namespace {

using conversation::Conversation;
using conversation::ConversationService;
using events::EventLog;

constexpr int kMostItems = 100;

http::Response no_such_conversation(const std::string& id) {
  return http::Response::error(404, "Conversation not found: " + id);
}

json::Value borrowed(std::string_view text) {
  return json::Value(rapidjson::StringRef(text.data(), static_cast<rapidjson::SizeType>(text.size())));
}

std::optional<Micros> read_moment(const http::Request& request, std::string_view name,
                                  Validation& validation) {
  const auto text = request.query_value(name);
  if (!text) return std::nullopt;
  const auto moment = parse_timestamp(*text);
  const json::Value input = borrowed(*text);
  if (!moment)
    validation.add("datetime_from_date_parsing", {"query", name}, "Input should be a valid datetime or date",
                   &input);
  return moment;
}

events::Query read_query(const http::Request& request, Validation& validation) {
  events::Query query;
  query.limit = read_limit(request, kMostItems, kMostItems, validation);
  query.kind = std::string(request.query_value("kind").value_or(""));
  query.source = std::string(request.query_value("source").value_or(""));
  query.body = std::string(request.query_value("body").value_or(""));
  query.page_id = std::string(request.query_value("page_id").value_or(""));
  query.timestamp_gte = read_moment(request, "timestamp__gte", validation);
  query.timestamp_lt = read_moment(request, "timestamp__lt", validation);
  if (const auto order = request.query_value("sort_order"); order) {
    query.descending = *order == "TIMESTAMP_DESC";
    const json::Value input = borrowed(*order);
    if (!query.descending && *order != "TIMESTAMP")
      validation.not_one_of("enum", {"query", "sort_order"}, {"TIMESTAMP", "TIMESTAMP_DESC"}, &input);
  }
  return query;
}

// Stored texts are sent as they are, one after the other.
http::Response search(const EventLog& log, const std::string& id, const http::Request& request) {
  Validation validation;
  const auto query = read_query(request, validation);
  if (!validation.ok()) return validation.response();
  const auto page = log.search(id, query);
  if (!page) return to_response(page.error());
  std::size_t size = 64;
  for (const auto& event : page->items) size += event.body->size() + 1;
  std::string text;
  text.reserve(size);
  text += "{\"items\":[";
  for (const auto& event : page->items) {
    if (text.back() != '[') text += ',';
    text += *event.body;
  }
  text += "],\"next_page_id\":";
  text += page->next_page_id.empty() ? "null" : "\"" + page->next_page_id + "\"";
  text += "}";
  return http::Response::json(std::move(text));
}

http::Response count(const EventLog& log, const std::string& id, const http::Request& request) {
  Validation validation;
  const auto query = read_query(request, validation);
  if (!validation.ok()) return validation.response();
  const auto number = log.count(id, query);
  return number ? http::Response::json(std::to_string(*number)) : to_response(number.error());
}

http::Response get_one(const EventLog& log, const std::string& id, const http::Request& request) {
  const std::string event_id(request.param("event_id"));
  const auto event = log.get(id, event_id);
  if (event) return http::Response::json(events::with_null_fields(event->kind, *event->body));
  if (event.error().kind == Error::Kind::kNotFound)
    return http::Response::error(404, "Event not found: " + event_id);
  return to_response(event.error());
}

// GET with a JSON array of ids as its body: null for what is missing.
http::Response get_batch(const EventLog& log, const std::string& id, const http::Request& request) {
  const Body body = read_json(request);
  if (!body.value) return body.refusal;
  Validation validation;
  if (!body.value->IsArray())
    validation.add("list_type", {"body"}, "Input should be a valid list", &*body.value);
  std::string items;
  int index = 0;
  for (auto it = body.value->IsArray() ? body.value->Begin() : nullptr;
       it != nullptr && it != body.value->End(); ++it) {
    if (!it->IsString()) validation.add("string_type", {"body", index}, "Input should be a valid string", it);
    ++index;
    if (!validation.ok()) continue;
    const auto event = log.get(id, std::string(json::view(*it)));
    if (!event && event.error().kind != Error::Kind::kNotFound) return to_response(event.error());
    items +=
        (items.empty() ? "" : ",") + (event ? events::with_null_fields(event->kind, *event->body) : "null");
  }
  if (!validation.ok()) return validation.response();
  return http::Response::json("[" + items + "]");
}

void post_message(Conversation& conversation, const http::Request& request, http::Reply reply) {
  const Body body = read_object(request);
  if (!body.value) return reply.send(body.refusal);
  Validation validation;
  MessageBody message = read_message(*body.value, {"body"}, validation);
  if (!validation.ok()) return reply.send(validation.response());
  conversation.send({std::move(message.content), std::move(message.sender)}, message.run,
                    success_or_error(std::move(reply)));
}

void respond(Conversation& conversation, const http::Request& request, http::Reply reply) {
  const Body body = read_object(request);
  if (!body.value) return reply.send(body.refusal);
  Validation validation;
  const json::Value* accept = json::find(*body.value, "accept");
  if (accept == nullptr)
    validation.missing({"body", "accept"}, &*body.value);
  else if (!accept->IsBool())
    validation.add("bool_type", {"body", "accept"}, "Input should be a valid boolean", accept);
  if (!validation.ok()) return reply.send(validation.response());
  conversation.respond(accept->GetBool(), json::string_or(*body.value, "reason", "User rejected the action."),
                       success_or_error(std::move(reply)));
}

// What the agent said last: the message of `finish`, or a plain answer.
std::optional<std::string> final_text(const events::Event& event) {
  if (event.source != "agent" || (event.kind != "ActionEvent" && event.kind != "MessageEvent"))
    return std::nullopt;
  const auto parsed = json::parse(*event.body);
  if (!parsed) return std::nullopt;
  if (event.kind == "ActionEvent") {
    const json::Value* message = json::at(*parsed, {"action", "message"});
    if (json::string_or(*parsed, "tool_name") != agent::kFinishTool || message == nullptr)
      return std::nullopt;
    return std::string(json::view(*message));
  }
  std::string text;
  const json::Value* content = json::at(*parsed, {"llm_message", "content"});
  if (content != nullptr && content->IsArray())
    for (const auto& part : content->GetArray()) text += json::string_or(part, "text");
  return text;
}

http::Response final_response(const EventLog& log, const std::string& id) {
  events::Query query;
  query.source = "agent";
  query.descending = true;
  while (true) {
    const auto page = log.search(id, query);
    if (!page) return to_response(page.error());
    for (const auto& event : page->items) {
      const auto text = final_text(event);
      if (!text) continue;
      json::Writer w;
      w.object().member("response", *text).end();
      return http::Response::json(w.take());
    }
    if (page->next_page_id.empty()) return http::Response::json(R"({"response":""})");
    query.page_id = page->next_page_id;
  }
}

}  // namespace

Result<void> add_event_routes(http::Router& router, ConversationService& service, EventLog& log) {
  Routes routes(router);
  const std::string one = "/api/conversations/{conversation_id}";
  const auto reading = [&](std::string pattern, auto read) {
    routes.add(
        "GET", one + std::move(pattern),
        for_conversation(
            service,
            [&log, read](const std::shared_ptr<Conversation>& conversation, const http::Request& request,
                         http::Reply reply) { reply.send(read(log, conversation->id(), request)); },
            no_such_conversation));
  };
  reading("/events/search", search);
  reading("/events/count", count);
  reading("/events/{event_id}", get_one);
  reading("/events", get_batch);
  reading("/agent_final_response", [](const EventLog& from, const std::string& id, const http::Request&) {
    return final_response(from, id);
  });
  const auto writing = [&](std::string pattern, auto write) {
    routes.add("POST", one + std::move(pattern),
               for_conversation(
                   service,
                   [write](const std::shared_ptr<Conversation>& conversation, const http::Request& request,
                           http::Reply reply) { write(*conversation, request, std::move(reply)); },
                   no_such_conversation));
  };
  writing("/events", post_message);
  writing("/events/respond_to_confirmation", respond);
  return routes.result();
}

}  // namespace collet::api
