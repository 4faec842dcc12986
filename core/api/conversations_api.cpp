#include "api/conversations_api.hpp"

#include "api/models.hpp"
#include "api/route_helpers.hpp"
#include "api/secret_sources.hpp"
#include "api/start_request.hpp"
#include "api/validation.hpp"
#include "base/log.hpp"
#include "conversation/conversation.hpp"
#include "secrets/json_secrets.hpp"

namespace collet::api {
namespace {

using conversation::Conversation;
using conversation::ConversationService;
using storage::ConversationOrder;

constexpr int kMostItems = 100;
constexpr std::string_view kBase = "/api/conversations";
constexpr std::string_view kTag = "Conversations";
constexpr Parameter kPageId{"page_id", text("next_page_id of the page before")};
constexpr Parameter kLimit{"limit", initially("100", above(0, at_most(kMostItems, integer())))};
constexpr Parameter kStatus{"status", choice(kStatuses)};
constexpr Parameter kOrder{
    "sort_order",
    initially(R"("CREATED_AT_DESC")", choice("CREATED_AT|UPDATED_AT|CREATED_AT_DESC|UPDATED_AT_DESC"))};
constexpr Parameter kIds{"ids", list_of(kConversationId.schema), Parameter::In::kQuery, true};
// Taken for the sake of clients; there are no skills to leave out yet.
constexpr Parameter kIncludeSkills{"include_skills", initially("false", yes_no("Without effect"))};

http::Response plain_not_found(const std::string&) { return http::Response::error(404, "Not Found"); }
http::Response bad_request(const std::string&) { return http::Response::error(400, "Bad Request"); }

void send_document(Conversation& conversation, http::Reply reply, int status) {
  auto shared = std::make_shared<http::Reply>(std::move(reply));
  conversation.document(
      [shared, status](std::string text) { shared->send(http::Response::json(std::move(text), status)); });
}

ConversationOrder read_order(const http::Request& request, Validation& validation) {
  const std::string wanted = read_text(request, kOrder, validation);
  if (wanted == "CREATED_AT") return ConversationOrder::kCreated;
  if (wanted == "UPDATED_AT") return ConversationOrder::kUpdated;
  if (wanted == "UPDATED_AT_DESC") return ConversationOrder::kUpdatedDescending;
  return ConversationOrder::kCreatedDescending;
}

http::Response search(ConversationService& service, const http::Request& request) {
  Validation validation;
  storage::ConversationQuery query;
  query.limit = static_cast<int>(read_integer(request, kLimit, validation));
  query.status = read_text(request, kStatus, validation);
  query.order = read_order(request, validation);
  query.page_id = read_text(request, kPageId, validation);
  read_yes_no(request, kIncludeSkills, validation);
  if (!validation.ok()) return validation.response();
  auto page = service.search(query);
  if (!page) return to_response(page.error());
  std::string items;
  for (const auto& document : page->documents) items += (items.empty() ? "" : ",") + document;
  json::Writer w;
  w.object().raw_member("items", "[" + items + "]").key("next_page_id");
  page->next_page_id.empty() ? w.value(nullptr) : w.value(page->next_page_id);
  w.end();
  return http::Response::json(w.take());
}

http::Response count(ConversationService& service, const http::Request& request) {
  Validation validation;
  const std::string status = read_text(request, kStatus, validation);
  if (!validation.ok()) return validation.response();
  const auto number = service.count(status);
  return number ? http::Response::json(std::to_string(*number)) : to_response(number.error());
}

// GET /api/conversations?ids=A&ids=B: null for what is missing.
void batch(ConversationService& service, const http::Request& request, http::Reply reply) {
  Validation validation;
  const auto ids = read_uuids(request, kIds, validation);
  read_yes_no(request, kIncludeSkills, validation);
  if (!validation.ok()) return reply.send(validation.response());

  // Each document is written on its own conversation's strand; the last one answers.
  struct Collected {
    std::mutex mutex;
    std::vector<std::string> documents;
    std::size_t open = 0;
    http::Reply reply;
    explicit Collected(http::Reply r) : reply(std::move(r)) {}
    void put(std::size_t at, std::string text) {
      const std::lock_guard lock(mutex);
      documents[at] = std::move(text);
      if (--open > 0) return;
      std::string all;
      for (const auto& document : documents) all += (all.empty() ? "" : ",") + document;
      reply.send(http::Response::json("[" + all + "]"));
    }
  };
  auto collected = std::make_shared<Collected>(std::move(reply));
  collected->documents.resize(ids.size(), "null");
  collected->open = ids.size();
  for (std::size_t i = 0; i < ids.size(); ++i) {
    auto found = service.get(ids[i]);
    if (found)
      (*found)->document([collected, i](std::string text) { collected->put(i, std::move(text)); });
    else
      collected->put(i, "null");
  }
}

void change(ConversationService& service, const http::Request& request, http::Reply reply) {
  auto path = path_id(request);
  if (path.refusal) return reply.send(std::move(*path.refusal));
  const Body body = read_body(request, kUpdateConversationRequest);
  if (!body.value) return reply.send(body.refusal);
  Conversation::Patch patch;
  if (const auto title = json::string_at(*body.value, "title")) patch.title = std::string(*title);
  if (const json::Value* tags = json::find(*body.value, "tags"); tags != nullptr && !tags->IsNull())
    patch.tags = json::dump(*tags);
  auto found = service.get(path.id);
  if (!found) return reply.send(http::Response::json(R"({"success":false})"));
  (*found)->patch(std::move(patch), success_or_error(std::move(reply)));
}

// POST …/confirmation_policy {"policy"} and …/security_analyzer {"security_analyzer"}
ConversationHandler setter(const Schema& schema, std::string_view member,
                           std::optional<std::string> Conversation::Patch::*target) {
  return [&schema, member, target](const std::shared_ptr<Conversation>& conversation,
                                   const http::Request& request, http::Reply reply) {
    const Body body = read_body(request, schema);
    if (!body.value) return reply.send(body.refusal);
    Conversation::Patch patch;
    patch.*target = json::dump(*json::find(*body.value, member));
    conversation->patch(std::move(patch), success_or_error(std::move(reply)));
  };
}

http::Response remove(ConversationService& service, const http::Request& request) {
  auto path = path_id(request);
  if (path.refusal) return std::move(*path.refusal);
  auto removed = service.remove(path.id);
  if (removed) return http::Response::success();
  if (removed.error().kind == Error::Kind::kNotFound) return bad_request(path.id);
  return to_response(removed.error());
}

void update_secrets(const std::shared_ptr<Conversation>& conversation, const http::Request& request,
                    http::Reply reply) {
  const Body body = read_body(request, kUpdateSecretsRequest);
  if (!body.value) return reply.send(body.refusal);
  conversation->update_secrets(secret_sources(*json::find(*body.value, "secrets")),
                               success_or_error(std::move(reply)));
}

void add_commands(Routes& routes, ConversationService& service, const std::string& one) {
  const auto command = [&](const std::string& name, std::string_view summary, auto method, auto missing,
                           const std::vector<int>& failures, http::Lane lane) {
    routes.add(
        "POST", one + "/" + name,
        {.name = name + "_conversation",
         .tag = kTag,
         .summary = summary,
         .parameters = {kConversationId},
         .answer = &kSuccess,
         .others = failures},
        for_conversation(
            service,
            [method](const std::shared_ptr<Conversation>& conversation, const http::Request&,
                     http::Reply reply) { ((*conversation).*method)(success_or_error(std::move(reply))); },
            missing),
        lane);
  };
  command("run", "Let the agent work", &Conversation::run, plain_not_found, {404, 409}, http::Lane::kWorker);
  command("pause", "Stop after the step that is being done", &Conversation::pause, bad_request, {400},
          http::Lane::kReserved);
  command("interrupt", "Stop at once", &Conversation::interrupt, bad_request, {400}, http::Lane::kReserved);
  const auto policy = [&](const std::string& name, std::string_view summary, const Schema& schema,
                          std::string_view member, auto target) {
    routes.add("POST", one + "/" + name,
               {.name = "set_conversation_" + name,
                .tag = kTag,
                .summary = summary,
                .parameters = {kConversationId},
                .body = &schema,
                .answer = &kSuccess,
                .others = {404}},
               for_conversation(service, setter(schema, member, target), plain_not_found));
  };
  policy("confirmation_policy", "When the agent has to ask", kSetConfirmationPolicyRequest, "policy",
         &Conversation::Patch::confirmation_policy);
  policy("security_analyzer", "Who judges what the agent wants to do", kSetSecurityAnalyzerRequest,
         "security_analyzer", &Conversation::Patch::security_analyzer);
  routes.add("POST", one + "/secrets",
             {.name = "update_conversation_secrets",
              .tag = kTag,
              .summary = "Give the conversation secrets",
              .parameters = {kConversationId},
              .body = &kUpdateSecretsRequest,
              .answer = &kSuccess,
              .others = {404}},
             for_conversation(service, update_secrets, plain_not_found));
}

void add_collection(Routes& routes, ConversationService& service, const secrets::KeyRing& ring,
                    const std::string& base) {
  routes.add("POST", base,
             {.name = "start_conversation",
              .tag = kTag,
              .summary = "Start a conversation, or get the one of this id",
              .parameters = {kIncludeSkills},
              .body = &kStartConversationRequest,
              .answer = &kConversationInfo,
              .status = 201,
              .others = {200}},
             [&service, &ring](const http::Request& request, http::Reply reply) {
               start_conversation(service, ring, request, std::move(reply), Starter::kClient);
             });
  routes.add("GET", base,
             {.name = "batch_get_conversations",
              .tag = kTag,
              .summary = "Several conversations by their ids",
              .parameters = {kIds, kIncludeSkills},
              .answer = &kConversations},
             [&service](const http::Request& request, http::Reply reply) {
               batch(service, request, std::move(reply));
             });
  routes.add("GET", base + "/search",
             {.name = "search_conversations",
              .tag = kTag,
              .summary = "Page through the conversations",
              .parameters = {kPageId, kLimit, kStatus, kOrder, kIncludeSkills},
              .answer = &kConversationPage},
             http::answering([&service](const http::Request& request) { return search(service, request); }));
  routes.add("GET", base + "/count",
             {.name = "count_conversations",
              .tag = kTag,
              .summary = "How many conversations there are",
              .parameters = {kStatus},
              .answer = &kCount},
             http::answering([&service](const http::Request& request) { return count(service, request); }));
}

// Members that promise something which is not done here.
void warn_of_ignored(const json::Value& body, const std::string& id) {
  std::string names = json::bool_at(body, "worktree").value_or(false) ? "worktree" : "";
  for (const auto* name : {"plugins", "agent_definitions"})
    if (const json::Value* list = json::find(body, name);
        list != nullptr && list->IsArray() && !list->Empty())
      names.append(names.empty() ? "" : ", ").append(name);
  if (!names.empty())
    log::warning("api", "conversation " + id + " was started with what has no effect here: " + names);
}

}  // namespace

void start_conversation(ConversationService& service, const secrets::KeyRing& ring,
                        const http::Request& request, http::Reply reply, Starter starter) {
  Body body = read_body(request, kStartConversationRequest);
  if (!body.value) return reply.send(body.refusal);
  if (json::bool_at(*body.value, "secrets_encrypted").value_or(false))
    if (auto done = secrets::decrypt_tokens(*body.value, ring, secrets::BrokenToken::kNull); !done)
      return reply.send(to_response(done.error()));
  Validation validation;
  read_yes_no(request, kIncludeSkills, validation);
  auto wanted = read_start_request(*body.value, validation);
  if (!validation.ok()) return reply.send(validation.response());
  if (const auto* launched = json::find(*body.value, "launched_agent_profile");
      starter == Starter::kPlugin && launched != nullptr && launched->IsObject())
    wanted.launched_agent_profile = json::dump(*launched);
  wanted.older_form = starter == Starter::kPlugin && json::bool_at(*body.value, "older_form").value_or(false);
  wanted.created_through = std::string(request.header("host").value_or(""));
  auto started = service.create(std::move(wanted));
  if (started) {
    if (started->created) warn_of_ignored(*body.value, started->conversation->id());
    return send_document(*started->conversation, std::move(reply), started->created ? 201 : 200);
  }
  // A parent that is missing is a mistake in the body, not in the path.
  const bool mistake = started.error().kind == Error::Kind::kNotFound;
  reply.send(mistake ? http::Response::error(422, started.error().message) : to_response(started.error()));
}

Result<void> add_conversation_routes(http::Router& router, ConversationService& service,
                                     const secrets::KeyRing& ring) {
  Routes routes(router);
  const std::string base(kBase);
  const std::string one = base + "/{conversation_id}";
  add_collection(routes, service, ring, base);
  routes.add("GET", one,
             {.name = "get_conversation",
              .tag = kTag,
              .summary = "One conversation",
              .parameters = {kConversationId, kIncludeSkills},
              .answer = &kConversationInfo,
              .others = {404}},
             for_conversation(
                 service,
                 [](const std::shared_ptr<Conversation>& conversation, const http::Request& request,
                    http::Reply reply) {
                   Validation validation;
                   read_yes_no(request, kIncludeSkills, validation);
                   if (!validation.ok()) return reply.send(validation.response());
                   send_document(*conversation, std::move(reply), 200);
                 },
                 plain_not_found));
  routes.add("PATCH", one,
             {.name = "update_conversation",
              .tag = kTag,
              .summary = "Change the title or the tags",
              .parameters = {kConversationId},
              .body = &kUpdateConversationRequest,
              .answer = &kSuccess},
             [&service](const http::Request& request, http::Reply reply) {
               change(service, request, std::move(reply));
             });
  routes.add("DELETE", one,
             {.name = "delete_conversation",
              .tag = kTag,
              .summary = "Delete a conversation with its events",
              .parameters = {kConversationId},
              .answer = &kSuccess,
              .others = {400}},
             http::answering([&service](const http::Request& request) { return remove(service, request); }),
             http::Lane::kReserved);
  add_commands(routes, service, one);
  return routes.result();
}

}  // namespace collet::api
