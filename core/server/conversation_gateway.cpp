#include "server/conversation_gateway.hpp"

#include <optional>
#include <utility>

#include "api/message_body.hpp"
#include "api/models.hpp"
#include "base/id.hpp"
#include "conversation/conversation.hpp"
#include "conversation/conversation_secrets.hpp"

namespace collet::server {
namespace {

Error stopping() { return unavailable("The server is stopping."); }

}  // namespace

void ConversationGateway::stop() {
  const std::lock_guard lock(waiting_->mutex);
  waiting_->stopped = true;
  waiting_->changed.notify_all();
}

Result<std::shared_ptr<conversation::Conversation>> ConversationGateway::find(const std::string& text) {
  {
    const std::lock_guard lock(waiting_->mutex);
    if (waiting_->stopped) return stopping();
  }
  const auto id = parse_uuid(text);
  if (!id) return not_found("no conversation " + text);
  return service_.get(*id);
}

template <class T, class Start>
Result<T> ConversationGateway::wait_for(Start start) {
  const auto arrived = std::make_shared<std::optional<Result<T>>>();
  start([arrived, waiting = waiting_](Result<T> result) {
    const std::lock_guard lock(waiting->mutex);
    arrived->emplace(std::move(result));
    waiting->changed.notify_all();
  });
  std::unique_lock lock(waiting_->mutex);
  waiting_->changed.wait(lock, [&] { return waiting_->stopped || arrived->has_value(); });
  return arrived->has_value() ? std::move(**arrived) : Result<T>(stopping());
}

Result<std::string> ConversationGateway::get(const std::string& id) {
  auto found = find(id);
  if (!found) return found.error();
  return wait_for<std::string>([&](auto done) { (*found)->document(std::move(done)); });
}

Result<std::vector<std::string>> ConversationGateway::list() { return service_.ids(); }

Result<void> ConversationGateway::send_message(const std::string& id, const std::string& message) {
  auto found = find(id);
  if (!found) return found.error();
  const auto parsed = json::parse(message);
  if (!parsed) return invalid("the message is no JSON");
  api::Validation validation;
  api::check(api::kSendMessageRequest, *parsed, {"message"}, validation);
  if (!validation.ok()) return invalid(validation.response().body);
  auto body = api::read_message(*parsed);
  return wait_for<void>([&](auto done) {
    (*found)->send({std::move(body.content), std::move(body.sender)}, body.run, std::move(done));
  });
}

Result<void> ConversationGateway::run(const std::string& id) {
  auto found = find(id);
  if (!found) return found.error();
  return wait_for<void>([&](auto done) { (*found)->run(std::move(done)); });
}

Result<void> ConversationGateway::pause(const std::string& id) {
  auto found = find(id);
  if (!found) return found.error();
  return wait_for<void>([&](auto done) { (*found)->pause(std::move(done)); });
}

Result<std::vector<events::Event>> ConversationGateway::read(const std::string& id, std::int64_t after_seq,
                                                             int limit) {
  const auto found = find(id);
  if (!found) return found.error();
  return log_.read((*found)->id(), after_seq, limit);
}

Result<std::int64_t> ConversationGateway::last_seq(const std::string& id) {
  const auto found = find(id);
  if (!found) return found.error();
  return log_.last_seq((*found)->id());
}

Result<std::shared_ptr<events::Subscription>> ConversationGateway::follow(
    std::string& id, std::optional<std::int64_t> after_seq, std::function<void()> wake) {
  const auto found = find(id);
  if (!found) return found.error();
  id = (*found)->id();
  return log_.follow(id, after_seq, nullptr, std::move(wake));
}

Result<std::string> ConversationGateway::append(const std::string& id, const std::string& kind,
                                                const std::string& source, const std::string& members) {
  const auto found = find(id);
  if (!found) return found.error();
  return wait_for<std::string>([&](auto done) {
    (*found)->append({kind, source, members}, std::move(done));
  });
}

Result<plugins::ConversationAccess::MaskerNow> ConversationGateway::masker_of(const std::string& id) {
  auto found = find(id);
  if (!found) return found.error();
  return MaskerNow([secrets = (*found)->secrets()] { return secrets->masker(); });
}

}  // namespace collet::server
