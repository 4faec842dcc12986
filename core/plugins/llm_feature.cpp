#include "plugins/llm_feature.hpp"

#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "collet/abi/llm.h"
#include "llm/chat_request.hpp"
#include "plugins/boundary.hpp"
#include "plugins/guest.hpp"
#include "plugins/model_run.hpp"

namespace collet::plugins {
namespace {

constexpr char kOverload[] = "Too many calls of this model's plugin are waiting.";

class RunningModel final : public llm::Call {
 public:
  explicit RunningModel(std::shared_ptr<ModelRun> run) : run_(std::move(run)) {}
  ~RunningModel() override { run_->cancel(run_); }
  RunningModel(const RunningModel&) = delete;
  RunningModel& operator=(const RunningModel&) = delete;

 private:
  std::shared_ptr<ModelRun> run_;
};

class ProviderAdapter final : public llm::Provider {
 public:
  ProviderAdapter(Guest& guest, const collet_llm& table, std::uint32_t index, std::string name)
      : guest_(guest), table_(table), index_(index), name_(std::move(name)) {}

  std::unique_ptr<llm::Call> start(const llm::Config& config, llm::Request request, Delta delta,
                                   Done done) override {
    llm::Endpoint endpoint;
    endpoint.provider = name_;
    endpoint.model = config.model.substr(config.model.find('/') + 1);
    std::string body = llm::chat_body(config, endpoint, request);
    auto run = std::make_shared<ModelRun>(guest_, table_, index_, config, std::move(delta), std::move(done));
    auto call = std::make_unique<RunningModel>(run);
    const bool queued = guest_.household.calls.post(model_queue(guest_.name),
                                                    [run, body = std::move(body)] { run->begin(run, body); });
    if (!queued) run->finish(503, guest_.state() == State::kStarted ? kOverload : guest_.absence());
    return call;
  }

 private:
  Guest& guest_;
  const collet_llm& table_;
  const std::uint32_t index_;
  const std::string name_;
};

bool is_provider_name(std::string_view name) {
  constexpr std::string_view kAllowed = "abcdefghijklmnopqrstuvwxyz0123456789_-.";
  return !name.empty() && name.find_first_not_of(kAllowed) == std::string_view::npos;
}

}  // namespace

std::string model_queue(const std::string& plugin) { return "models of " + plugin; }

Result<void> register_providers(Guest& guest, llm::Providers& providers) {
  const auto* table = guest.feature<collet_llm>(COLLET_FEATURE_LLM);
  if (table == nullptr) return {};
  const auto made = std::make_shared<std::vector<std::string>>();
  auto visited = guest.visit(
      "list of model providers", guest.household.create_patience,
      [made, list = table->list, instance = guest.instance] {
        list(instance, made.get(), [](void* context, const collet_llm_info* info) {
          static_cast<std::vector<std::string>*>(context)->push_back(detail::to_string(info->name));
        });
      });
  if (!visited) return visited;
  const auto& names = *made;
  for (std::uint32_t index = 0; index < names.size(); ++index) {
    if (!is_provider_name(names[index]))
      return invalid("its model provider '" + names[index] +
                     "' has a name that can't be the first part of a model's");
    auto added =
        providers.add(names[index], std::make_shared<ProviderAdapter>(guest, *table, index, names[index]));
    if (!added) return invalid(added.error().message);
    guest.providers.push_back(names[index]);
  }
  return {};
}

void cancel_model_calls(Guest& guest) {
  for (const auto& [handle, run] : guest.model_runs.all()) run->cancel_inside();
}

}  // namespace collet::plugins
