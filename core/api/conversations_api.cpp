#include "api/conversations_api.hpp"

#include <array>

#include "api/route_helpers.hpp"
#include "api/start_request.hpp"
#include "api/validation.hpp"
#include "base/id.hpp"
#include "conversation/conversation.hpp"

namespace collet::api {
namespace {

using conversation::Conversation;
using conversation::ConversationService;
using storage::ConversationOrder;

constexpr int kMostItems = 100;
constexpr std::string_view kBase = "/api/conversations";

http::Response plain_not_found(const std::string&) { return http::Response::error(404, "Not Found"); }
http::Response bad_request(const std::string&) { return http::Response::error(400, "Bad Request"); }

void send_document(Conversation& conversation, http::Reply reply, int status) {
  auto shared = std::make_shared<http::Reply>(std::move(reply));
  conversation.document(
      [shared, status](std::string text) { shared->send(http::Response::json(std::move(text), status)); });
}

void start(ConversationService& service, const http::Request& request, http::Reply reply) {
  const Body body = read_object(request);
  if (!body.value) return reply.send(body.refusal);
  Validation validation;
  auto wanted = read_start_request(*body.value, validation);
  if (!validation.ok()) return reply.send(validation.response());
  auto started = service.create(std::move(wanted));
  if (started) return send_document(*started->conversation, std::move(reply), started->created ? 201 : 200);
  // A parent that is missing is a mistake in the body, not in the path.
  const bool mistake = started.error().kind == Error::Kind::kNotFound;
  reply.send(mistake ? http::Response::error(422, started.error().message) : to_response(started.error()));
}

std::string read_status(const http::Request& request, Validation& validation) {
  const auto status = request.query_value("status");
  if (!status) return {};
  if (conversation::status_named(*status)) return std::string(*status);
  const json::Value input(
      rapidjson::StringRef(status->data(), static_cast<rapidjson::SizeType>(status->size())));
  validation.not_one_of(
      "enum", {"query", "status"},
      {"idle", "running", "paused", "waiting_for_confirmation", "finished", "error", "stuck", "deleting"},
      &input);
  return {};
}

ConversationOrder read_order(const http::Request& request, Validation& validation) {
  static constexpr std::array<std::pair<std::string_view, ConversationOrder>, 4> kOrders = {
      {{"CREATED_AT", ConversationOrder::kCreated},
       {"UPDATED_AT", ConversationOrder::kUpdated},
       {"CREATED_AT_DESC", ConversationOrder::kCreatedDescending},
       {"UPDATED_AT_DESC", ConversationOrder::kUpdatedDescending}}};
  const auto wanted = request.query_value("sort_order");
  if (!wanted) return ConversationOrder::kCreatedDescending;
  for (const auto& [name, order] : kOrders)
    if (name == *wanted) return order;
  const json::Value input(
      rapidjson::StringRef(wanted->data(), static_cast<rapidjson::SizeType>(wanted->size())));
  validation.not_one_of("enum", {"query", "sort_order"},
                        {"CREATED_AT", "UPDATED_AT", "CREATED_AT_DESC", "UPDATED_AT_DESC"}, &input);
  return ConversationOrder::kCreatedDescending;
}

http::Response search(ConversationService& service, const http::Request& request) {
  Validation validation;
  storage::ConversationQuery query;
  query.limit = read_limit(request, kMostItems, kMostItems, validation);
  query.status = read_status(request, validation);
  query.order = read_order(request, validation);
  query.page_id = std::string(request.query_value("page_id").value_or(""));
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
  const std::string status = read_status(request, validation);
  if (!validation.ok()) return validation.response();
  const auto number = service.count(status);
  return number ? http::Response::json(std::to_string(*number)) : to_response(number.error());
}

// GET /api/conversations?ids=A&ids=B: null for what is missing.
void batch(ConversationService& service, const http::Request& request, http::Reply reply) {
  Validation validation;
  std::vector<std::string> ids;
  int index = 0;
  for (const auto& [name, value] : request.query) {
    if (name != "ids") continue;
    if (auto id = parse_uuid(value))
      ids.push_back(std::move(*id));
    else
      validation.not_a_uuid({"query", "ids", index}, value);
    ++index;
  }
  if (index == 0) validation.missing({"query", "ids"}, nullptr);
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
  const Body body = read_object(request);
  if (!body.value) return reply.send(body.refusal);
  Validation validation;
  Conversation::Patch patch;
  if (const json::Value* title = json::find(*body.value, "title"); title != nullptr && !title->IsNull()) {
    if (!title->IsString())
      validation.add("string_type", {"body", "title"}, "Input should be a valid string", title);
    else if (title->GetStringLength() == 0)
      validation.add("string_too_short", {"body", "title"}, "String should have at least 1 character", title);
    else if (title->GetStringLength() > 200)
      validation.add("string_too_long", {"body", "title"}, "String should have at most 200 characters",
                     title);
    else
      patch.title = std::string(json::view(*title));
  }
  if (const json::Value* tags = json::find(*body.value, "tags"); tags != nullptr && !tags->IsNull()) {
    check_tags(*tags, {"body", "tags"}, validation);
    patch.tags = json::dump(*tags);
  }
  if (!validation.ok()) return reply.send(validation.response());
  auto found = service.get(path.id);
  if (!found) return reply.send(http::Response::json(R"({"success":false})"));
  (*found)->patch(std::move(patch), success_or_error(std::move(reply)));
}

// POST …/confirmation_policy {"policy"} and …/security_analyzer {"security_analyzer"}
ConversationHandler setter(std::string_view member,
                           void (*check)(const json::Value&, const Places&, Validation&),
                           std::optional<std::string> Conversation::Patch::*target) {
  return [member, check, target](const std::shared_ptr<Conversation>& conversation,
                                 const http::Request& request, http::Reply reply) {
    const Body body = read_object(request);
    if (!body.value) return reply.send(body.refusal);
    Validation validation;
    const json::Value* value = json::find(*body.value, member);
    if (value == nullptr)
      validation.missing({"body", member}, &*body.value);
    else
      check(*value, {"body", member}, validation);
    if (!validation.ok()) return reply.send(validation.response());
    Conversation::Patch patch;
    patch.*target = json::dump(*value);
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

void add_commands(Routes& routes, ConversationService& service, const std::string& one) {
  const auto command = [&](std::string name, auto method, auto missing, http::Lane lane) {
    routes.add(
        "POST", one + "/" + std::move(name),
        for_conversation(
            service,
            [method](const std::shared_ptr<Conversation>& conversation, const http::Request&,
                     http::Reply reply) { ((*conversation).*method)(success_or_error(std::move(reply))); },
            missing),
        lane);
  };
  command("run", &Conversation::run, plain_not_found, http::Lane::kWorker);
  command("pause", &Conversation::pause, bad_request, http::Lane::kReserved);
  command("interrupt", &Conversation::interrupt, bad_request, http::Lane::kReserved);
  routes.add(
      "POST", one + "/confirmation_policy",
      for_conversation(service,
                       setter("policy", check_confirmation_policy, &Conversation::Patch::confirmation_policy),
                       plain_not_found));
  routes.add("POST", one + "/security_analyzer",
             for_conversation(service,
                              setter("security_analyzer", check_security_analyzer,
                                     &Conversation::Patch::security_analyzer),
                              plain_not_found));
}

}  // namespace

Result<void> add_conversation_routes(http::Router& router, ConversationService& service) {
  Routes routes(router);
  const std::string base(kBase);
  const std::string one = base + "/{conversation_id}";
  routes.add("POST", base, [&service](const http::Request& request, http::Reply reply) {
    start(service, request, std::move(reply));
  });
  routes.add("GET", base, [&service](const http::Request& request, http::Reply reply) {
    batch(service, request, std::move(reply));
  });
  routes.add("GET", base + "/search",
             http::answering([&service](const http::Request& request) { return search(service, request); }));
  routes.add("GET", base + "/count",
             http::answering([&service](const http::Request& request) { return count(service, request); }));
  routes.add("GET", one,
             for_conversation(
                 service,
                 [](const std::shared_ptr<Conversation>& conversation, const http::Request&,
                    http::Reply reply) { send_document(*conversation, std::move(reply), 200); },
                 plain_not_found));
  routes.add("PATCH", one, [&service](const http::Request& request, http::Reply reply) {
    change(service, request, std::move(reply));
  });
  routes.add("DELETE", one,
             http::answering([&service](const http::Request& request) { return remove(service, request); }),
             http::Lane::kReserved);
  add_commands(routes, service, one);
  return routes.result();
}

}  // namespace collet::api
