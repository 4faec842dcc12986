#include "server/management_gateway.hpp"

#include <algorithm>
#include <memory>
#include <utility>

#include "api/conversations_api.hpp"
#include "collet/json.hpp"
#include "http/message.hpp"
#include "llm/failures.hpp"
#include "secrets/json_secrets.hpp"

namespace collet::server {
namespace {

constexpr const char* kPing = R"([{"role":"user","content":"ping"}])";

Error stopping() { return unavailable("The server is stopping."); }

Error no_name() {
  return invalid("a secret's name has a letter, then letters, digits and underscores; at most 64");
}

Result<json::Document> parse_object(const std::string& text, const char* what) {
  auto parsed = json::parse(text);
  if (!parsed || !parsed->IsObject()) return invalid(std::string(what) + " is no JSON object");
  return std::move(*parsed);
}

}  // namespace

void ManagementGateway::stop() {
  const std::lock_guard lock(waiting_->mutex);
  waiting_->stopped = true;
  waiting_->changed.notify_all();
}

Result<std::string> ManagementGateway::settings(const std::string& who) {
  const auto recorded =
      parts_.audit.record_and_wait({who, parts_.settings.shown_secrets(), "plugin feature management"});
  if (!recorded) return unavailable("the read cannot be recorded: " + recorded.error().message);
  return *parts_.settings.document(settings::Expose::kPlaintext);
}

Result<void> ManagementGateway::change_settings(const std::string& change) {
  const auto body = parse_object(change, "the change");
  if (!body) return body.error();
  return parts_.settings.patch_by_keeper(*body);
}

Result<std::string> ManagementGateway::list_secrets() {
  const auto entries = parts_.secrets.list();
  if (!entries) return entries.error();
  json::Writer w;
  w.array();
  for (const auto& entry : *entries)
    w.object().member("name", entry.name).member("description", entry.description).end();
  w.end();
  return w.take();
}

Result<void> ManagementGateway::put_secret(const std::string& name, const std::string& value,
                                           const std::optional<std::string>& description, bool only_new) {
  if (!settings::SecretStore::is_name(name)) return no_name();
  const settings::SecretStore::Entry entry{name, description};
  return only_new ? parts_.secrets.create(entry, value) : parts_.secrets.put(entry, value);
}

Result<void> ManagementGateway::rename_secret(const std::string& from, const std::string& to,
                                              const std::optional<std::string>& description) {
  if (!settings::SecretStore::is_name(to)) return no_name();
  return parts_.secrets.rename(from, {to, description});
}

Result<void> ManagementGateway::erase_secret(const std::string& name) { return parts_.secrets.remove(name); }

Result<std::string> ManagementGateway::show_secrets(const std::string& text, SecretsAs how) {
  auto document = parse_object(text, "the text");
  if (!document) return document.error();
  auto& allocator = document->GetAllocator();
  switch (how) {
    case SecretsAs::kStars:
      secrets::redact_secrets(*document, allocator);
      break;
    case SecretsAs::kEncrypted:
      secrets::for_each_secret(*document, [&](json::Value& secret) {
        secret = json::text(parts_.ring.fernet_encrypt(json::view(secret)), allocator);
      });
      break;
    case SecretsAs::kPlain:
      if (auto done = secrets::decrypt_tokens(*document, parts_.ring, secrets::BrokenToken::kKeep); !done)
        return done.error();
      break;
  }
  return json::dump(*document);
}

Result<void> ManagementGateway::record_read(const std::string& who, const std::string& what,
                                            const std::string& how) {
  return parts_.audit.record_and_wait({who, what, how});
}

Result<ManagementGateway::Answer> ManagementGateway::start_conversation(const std::string& body,
                                                                        const std::string& through) {
  http::Request request;
  request.method = "POST";
  request.body = body;
  request.headers = {{"host", through}};
  const auto arrived = std::make_shared<std::optional<Answer>>();
  http::Reply reply([arrived, waiting = waiting_](http::Response response) {
    const std::lock_guard lock(waiting->mutex);
    *arrived = Answer{response.status, std::move(response.body)};
    waiting->changed.notify_all();
  });
  api::start_conversation(parts_.conversations, parts_.ring, request, std::move(reply),
                          api::Starter::kPlugin);
  std::unique_lock lock(waiting_->mutex);
  waiting_->changed.wait(lock, [&] { return waiting_->stopped || arrived->has_value(); });
  if (!arrived->has_value()) return stopping();
  return std::move(**arrived);
}

Result<std::string> ManagementGateway::try_llm(const std::string& llm, std::chrono::milliseconds timeout) {
  const auto document = parse_object(llm, "the llm");
  if (!document) return document.error();
  auto config = llm::Config::from_json(*document);
  if (!config) return config.error();
  config->num_retries = 0;
  config->max_output_tokens = 1;
  config->stream = false;
  config->timeout = static_cast<double>(timeout.count()) / 1000;

  const auto arrived = std::make_shared<std::optional<llm::Outcome>>();
  const auto call = parts_.providers.for_model(config->model)
                        .start(*config, {.messages = kPing, .tools = "[]", .session_id = {}}, {},
                               [arrived, waiting = waiting_](llm::Outcome outcome) {
                                 const std::lock_guard lock(waiting->mutex);
                                 *arrived = std::move(outcome);
                                 waiting->changed.notify_all();
                               });
  std::unique_lock lock(waiting_->mutex);
  const auto over = [&] { return waiting_->stopped || arrived->has_value(); };
  waiting_->changed.wait_for(lock, timeout + std::chrono::seconds(1), over);
  if (waiting_->stopped && !arrived->has_value()) return stopping();
  const llm::Failure late{"LLMTimeoutError", "no answer in time", "transient", true, "retry"};
  const bool answered = arrived->has_value() && (*arrived)->response.has_value();
  const llm::Failure failure = arrived->has_value() ? (*arrived)->failure : late;
  lock.unlock();  // before the call ends, which may wait for its callback
  json::Writer w;
  w.object().member("ok", answered);
  if (!answered) w.member("code", failure.code).member("detail", llm::shown_detail(failure.detail));
  w.end();
  return w.take();
}

}  // namespace collet::server
