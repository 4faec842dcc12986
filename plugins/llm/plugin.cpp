// Plugin "llm": lists of providers and models, and the login of a subscription.
#include "collet/plugin.hpp"

#include <chrono>
#include <optional>

#include "collet/fields.hpp"
#include "collet/problems.hpp"
#include "llm_operations.hpp"
#include "model_lists.hpp"
#include "subscription.hpp"

namespace collet::llm_catalogue {
namespace {

std::int64_t now_ms() {
  using namespace std::chrono;
  return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
}

std::string read_device_code(const Request& request) {
  const auto body = read_object(request);
  const json::Value* code = json::find(static_cast<const json::Value&>(body), "device_code");
  Problems problems;
  if (code == nullptr)
    problems.missing({"body", "device_code"}, body.ObjectEmpty() ? "{}" : "\"<redacted>\"");
  else if (!code->IsString())
    problems.add("string_type", {"body", "device_code"}, "Input should be a valid string", "\"<redacted>\"");
  problems.check();
  return std::string(json::view(*code));
}

class LlmPlugin final : public Plugin {
 public:
  void setup(Setup& setup) override {
    const Fields config(setup.config());
    const std::string issuer = config.text("openai_issuer", "https://auth.openai.com");
    if ((!issuer.starts_with("https://") && !issuer.starts_with("http://")) || issuer.ends_with('/'))
      throw InputError("openai_issuer must be an http or https address without a path");
    lists_.emplace(setup.host().catalogue().models());
    subscription_.emplace(setup.host(), DeviceLogin(setup.host(), issuer), now_ms);
    add_lists(setup);
    add_subscription(setup, "/api/llm/subscription/openai");
  }

 private:
  void add_lists(Setup& setup) {
    setup.get(
        "/api/llm/providers", [this](const Request&) { return Response::json(lists_->providers()); },
        operations::providers());
    setup.get(
        "/api/llm/models",
        [this](const Request& request) {
          const auto provider = request.query_value("provider");
          return Response::json(
              lists_->models(provider ? std::optional(std::string(*provider)) : std::nullopt));
        },
        operations::models());
    setup.get(
        "/api/llm/models/verified", [this](const Request&) { return Response::json(lists_->verified()); },
        operations::verified());
  }
  void add_subscription(Setup& setup, const std::string& base) {
    setup.get(
        base + "/models",
        [this](const Request&) { return Response::json(lists_->of_subscription("openai")); },
        operations::subscription_models());
    setup.get(base + "/status",
              answering([this](const Request&) { return Response::json(subscription_->status()); }),
              operations::subscription_status());
    setup.post(base + "/device/start",
               answering([this](const Request&) { return Response::json(subscription_->start()); }),
               operations::device_start());
    setup.post(base + "/device/poll", answering([this](const Request& request) {
                 return Response::json(subscription_->poll(read_device_code(request)));
               }),
               operations::device_poll());
    setup.post(base + "/logout",
               answering([this](const Request&) { return Response::json(subscription_->logout()); }),
               operations::logout());
  }

  std::optional<ModelLists> lists_;
  std::optional<Subscription> subscription_;
};

}  // namespace
}  // namespace collet::llm_catalogue

COLLET_PLUGIN_WITH_CONFIG(collet::llm_catalogue::LlmPlugin, "dev.collet.llm", "0.1.0",
                          "Lists of providers and models; login of a subscription", R"({
  "type": "object",
  "properties": {
    "openai_issuer": {"type": "string"}
  }
})");
