#include "server/conversation_gateway.hpp"

#include <future>

#include "api/message_body.hpp"
#include "api/models.hpp"
#include "base/id.hpp"
#include "conversation/conversation.hpp"

namespace collet::server {
namespace {

Result<std::shared_ptr<conversation::Conversation>> find(conversation::ConversationService& service,
                                                         const std::string& text) {
  const auto id = parse_uuid(text);
  if (!id) return not_found("no conversation " + text);
  return service.get(*id);
}

}  // namespace

Result<std::string> ConversationGateway::get(const std::string& id) {
  auto found = find(service_, id);
  if (!found) return found.error();
  auto promise = std::make_shared<std::promise<std::string>>();
  auto text = promise->get_future();
  (*found)->document([promise](std::string document) { promise->set_value(std::move(document)); });
  return text.get();
}

Result<std::vector<std::string>> ConversationGateway::list() { return service_.ids(); }

Result<void> ConversationGateway::send_message(const std::string& id, const std::string& message) {
  auto found = find(service_, id);
  if (!found) return found.error();
  const auto parsed = json::parse(message);
  if (!parsed) return invalid("the message is no JSON");
  api::Validation validation;
  api::check(api::kSendMessageRequest, *parsed, {"message"}, validation);
  if (!validation.ok()) return invalid(validation.response().body);
  auto body = api::read_message(*parsed);
  auto promise = std::make_shared<std::promise<Result<void>>>();
  auto sent = promise->get_future();
  (*found)->send({std::move(body.content), std::move(body.sender)}, body.run,
                 [promise](Result<void> result) { promise->set_value(std::move(result)); });
  return sent.get();
}

}  // namespace collet::server
