#include "api/events_api.hpp"

#include "agent/builtin_tools.hpp"
#include "api/message_body.hpp"
#include "api/models.hpp"
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

constexpr std::string_view kTag = "Events";
constexpr Parameter kPageId{"page_id", text("next_page_id of the page before")};
constexpr Parameter kLimit{"limit", initially("100", above(0, at_most(kMostItems, integer())))};
constexpr Parameter kKind{"kind", text("ActionEvent, or the contract's full name of the type")};
constexpr Parameter kSource{"source", text("agent, user, environment or hook")};
constexpr Parameter kBody{"body", text("Words to find, in any case")};
constexpr Parameter kOrder{"sort_order", initially(R"("TIMESTAMP")", choice("TIMESTAMP|TIMESTAMP_DESC"))};
constexpr Parameter kFrom{"timestamp__gte", moment("This one or later")};
constexpr Parameter kBefore{"timestamp__lt", moment("Earlier than this one")};

events::Query read_filter(const http::Request& request, Validation& validation) {
  events::Query query;
  query.kind = read_text(request, kKind, validation);
  query.source = read_text(request, kSource, validation);
  query.body = read_text(request, kBody, validation);
  query.timestamp_gte = read_moment(request, kFrom, validation);
  query.timestamp_lt = read_moment(request, kBefore, validation);
  return query;
}

events::Query read_query(const http::Request& request, Validation& validation) {
  events::Query query = read_filter(request, validation);
  query.limit = static_cast<int>(read_integer(request, kLimit, validation));
  query.page_id = read_text(request, kPageId, validation);
  query.descending = read_text(request, kOrder, validation) == "TIMESTAMP_DESC";
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
  const auto query = read_filter(request, validation);
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
  const Body body = read_body(request, kEventIds);
  if (!body.value) return body.refusal;
  std::string items;
  for (const auto& event_id : body.value->GetArray()) {
    const auto event = log.get(id, std::string(json::view(event_id)));
    if (!event && event.error().kind != Error::Kind::kNotFound) return to_response(event.error());
    items +=
        (items.empty() ? "" : ",") + (event ? events::with_null_fields(event->kind, *event->body) : "null");
  }
  return http::Response::json("[" + items + "]");
}

void post_message(Conversation& conversation, const http::Request& request, http::Reply reply) {
  const Body body = read_body(request, kSendMessageRequest);
  if (!body.value) return reply.send(body.refusal);
  MessageBody message = read_message(*body.value);
  conversation.send({std::move(message.content), std::move(message.sender)}, message.run,
                    success_or_error(std::move(reply)));
}

void respond(Conversation& conversation, const http::Request& request, http::Reply reply) {
  const Body body = read_body(request, kConfirmationResponseRequest);
  if (!body.value) return reply.send(body.refusal);
  conversation.respond(json::find(*body.value, "accept")->GetBool(),
                       json::string_or(*body.value, "reason", "User rejected the action."),
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

void add_writing(Routes& routes, ConversationService& service, const std::string& one) {
  const auto writing = [&](std::string pattern, const Operation& operation, auto write) {
    routes.add("POST", one + std::move(pattern), operation,
               for_conversation(
                   service,
                   [write](const std::shared_ptr<Conversation>& conversation, const http::Request& request,
                           http::Reply reply) { write(*conversation, request, std::move(reply)); },
                   no_such_conversation));
  };
  writing("/events",
          {.name = "send_message",
           .tag = kTag,
           .summary = "Say something to the agent",
           .parameters = {kConversationId},
           .body = &kSendMessageRequest,
           .answer = &kSuccess,
           .others = {404}},
          post_message);
  writing("/events/respond_to_confirmation",
          {.name = "respond_to_confirmation",
           .tag = kTag,
           .summary = "Let the agent do what it asks for, or not",
           .parameters = {kConversationId},
           .body = &kConfirmationResponseRequest,
           .answer = &kSuccess,
           .others = {404}},
          respond);
}

}  // namespace

Result<void> add_event_routes(http::Router& router, ConversationService& service, EventLog& log) {
  Routes routes(router);
  const std::string one = "/api/conversations/{conversation_id}";
  const auto reading = [&](std::string pattern, const Operation& operation, auto read) {
    routes.add(
        "GET", one + std::move(pattern), operation,
        for_conversation(
            service,
            [&log, read](const std::shared_ptr<Conversation>& conversation, const http::Request& request,
                         http::Reply reply) { reply.send(read(log, conversation->id(), request)); },
            no_such_conversation));
  };
  reading("/events/search",
          {.name = "search_conversation_events",
           .tag = kTag,
           .summary = "Page through the events",
           .parameters = {kConversationId, kPageId, kLimit, kKind, kSource, kBody, kOrder, kFrom, kBefore},
           .answer = &kEventPage,
           .others = {404}},
          search);
  reading("/events/count",
          {.name = "count_conversation_events",
           .tag = kTag,
           .summary = "How many events there are",
           .parameters = {kConversationId, kKind, kSource, kBody, kFrom, kBefore},
           .answer = &kCount,
           .others = {404}},
          count);
  reading("/events/{event_id}",
          {.name = "get_conversation_event",
           .tag = kTag,
           .summary = "One event",
           .parameters = {{"event_id", text(), Parameter::In::kPath}, kConversationId},
           .answer = &kEvent,
           .others = {404}},
          get_one);
  reading("/events",
          {.name = "batch_get_conversation_events",
           .tag = kTag,
           .summary = "Several events by their ids",
           .parameters = {kConversationId},
           .body = &kEventIds,
           .answer = &kEvents,
           .others = {404}},
          get_batch);
  reading("/agent_final_response",
          {.name = "get_conversation_agent_final_response",
           .tag = "Conversations",
           .summary = "What the agent said last",
           .parameters = {kConversationId},
           .answer = &kAgentResponseResult,
           .others = {404}},
          [](const EventLog& from, const std::string& id, const http::Request&) {
            return final_response(from, id);
          });
  add_writing(routes, service, one);
  return routes.result();
}

}  // namespace collet::api
