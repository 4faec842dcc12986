#include "bootstrap_routes.hpp"

#include <string>
#include <utility>

#include "collet/problems.hpp"
#include "operations.hpp"

namespace collet::nested {
namespace {

// A start that has a member of the older form, and none of those that the present form needs.
constexpr const char* kOlderStart =
    R"({"any":["initial_user_msg","image_urls","replay_json","repository","selected_branch","git_provider",)"
    R"("conversation_instructions","suggested_task","create_microagent"],)"
    R"("lacks":["workspace","agent","agent_settings","agent_profile_id"]})";
constexpr int kMostEvents = 20;  // of the listing without a body

Response message(const std::string& text) {
  json::Writer w;
  w.object().member("message", text).end();
  return Response::json(w.take());
}

std::string id_of(const Request& request) { return std::string(request.param("conversation_id")); }

// Whether the conversation was started in the older form; nothing: there is none.
std::optional<bool> is_older(Host& host, const std::string& id) {
  try {
    const auto document = json::parse(host.conversations().get(id));
    return document && json::find(static_cast<const json::Value&>(*document), "runtime_status") != nullptr;
  } catch (const HostError& error) {
    if (error.status() == COLLET_NOT_FOUND) return std::nullopt;
    throw;
  }
}

Response stop(Host& host, const Request& request) {
  const std::string id = id_of(request);
  try {
    host.conversations().pause(id);
  } catch (const HostError& error) {
    if (error.status() == COLLET_NOT_FOUND)
      throw refused(404, "There is no conversation " + id + ": start it with POST /api/conversations.");
    throw;
  }
  json::Writer w;
  w.object().member("status", "ok").member("conversation_id", id);
  w.member("message", "Stop signal sent successfully").member("conversation_status", "STOPPED").end();
  return Response::json(w.take());
}

// GET …/events without a body: a manager waits for the first 2xx. Present clients send ids.
Response list_events(Host& host, const Request& request) {
  const std::string id = id_of(request);
  if (!is_conversation_id(id)) {
    Problems problems;
    problems.add("uuid_parsing", {"path", "conversation_id"}, "Input should be a valid UUID",
                 collet::detail::json_quoted(id));
    return problems.response();
  }
  const auto older = is_older(host, id);
  if (!older) return Response::error(404, "Not Found");
  if (!*older) {
    Problems problems;
    problems.missing({"body"}, "null");
    return problems.response();
  }
  json::Writer w;
  w.object().key("events").array();
  std::int64_t last = 0;
  for (const auto& event : host.events().read(id, 0, kMostEvents)) {
    w.raw(event.text);
    last = event.seq;
  }
  w.end().member("has_more", host.events().last_seq(id) > last).end();
  return Response::json(w.take());
}

// POST …/events {"action": "message", "args": {"content": "text", "image_urls": […]}}
Response post_event(Host& host, const Request& request) {
  const auto body = read_object(request);
  const auto* args = json::find(static_cast<const json::Value&>(body), "args");
  const auto content = args == nullptr ? std::nullopt : json::string_at(*args, "content");
  if (json::string_at(body, "action") != "message" || !content)
    throw refused(422, R"(Only messages are taken: {"action": "message", "args": {"content": "…"}}.)");
  json::Writer w;
  w.object().member("role", "user").key("content").array();
  w.object().member("type", "text").member("text", *content).end();
  const auto* images = json::find(*args, "image_urls");
  if (images != nullptr && images->IsArray() && !images->Empty())
    w.object().member("type", "image").member("image_urls", *images).end();
  w.end().member("run", true).end();
  try {
    host.conversations().send_message(id_of(request), w.take());
  } catch (const HostError& error) {
    if (error.status() == COLLET_NOT_FOUND) return Response::error(404, "Not Found");
    if (error.status() == COLLET_INVALID) throw refused(422, "The message cannot be taken as it is.");
    throw;
  }
  return Response::json(R"({"success":true})");
}

}  // namespace

void add_bootstrap_routes(Setup& setup, Bootstrap& bootstrap) {
  Host& host = setup.host();
  setup.post("/api/settings", answering([&bootstrap](const Request& request) {
               try {
                 bootstrap.store_settings(read_object(request));
               } catch (const HostError& error) {
                 if (error.status() != COLLET_INVALID) throw;
                 throw refused(422, std::string("The settings cannot be so: ") + error.what() +
                                        ". Look at llm_model, llm_base_url and condenser_max_size.");
               }
               return message("Settings stored");
             }),
             operations::store_settings());
  setup.post("/api/add-git-providers", answering([&bootstrap](const Request& request) {
               bootstrap.store_providers(read_object(request));
               return message("Git providers stored");
             }),
             operations::add_git_providers());
  setup.post("/api/unset-provider-tokens", answering([&bootstrap](const Request&) {
               bootstrap.unset_providers();
               return message("Unset Git provider tokens");
             }),
             operations::unset_provider_tokens());
  const std::string one = "/api/conversations/{conversation_id}";
  setup.post(one + "/exp-config", answering([&bootstrap](const Request& request) {
               bootstrap.need_settings();
               read_object(request);
               return message("Taken, without effect");
             }),
             operations::set_exp_config());
  setup.post(one + "/stop", answering([&host](const Request& request) { return stop(host, request); }),
             operations::stop_conversation());
  setup.alternative(
      "POST", "/api/conversations", kOlderStart,
      answering([&bootstrap](const Request& request) { return bootstrap.start_conversation(request); }),
      operations::older_start());
  setup.alternative("GET", one + "/events", R"({"nothing":true})",
                    answering([&host](const Request& request) { return list_events(host, request); }),
                    operations::first_events());
  setup.alternative("POST", one + "/events", R"({"has":["action","args"]})",
                    answering([&host](const Request& request) { return post_event(host, request); }),
                    operations::older_message());
}

}  // namespace collet::nested
