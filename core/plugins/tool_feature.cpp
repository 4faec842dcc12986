#include "plugins/tool_feature.hpp"

#include <algorithm>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "base/log.hpp"
#include "collet/abi/tools.h"
#include "collet/json.hpp"
#include "http/percent.hpp"
#include "plugins/boundary.hpp"
#include "plugins/config_schema.hpp"
#include "plugins/guest.hpp"
#include "plugins/tool_run.hpp"

namespace collet::plugins {
namespace {

constexpr char kOverload[] = "Too many calls of this tool's plugin are waiting.";

class RunningTool final : public agent::RunningCall {
 public:
  explicit RunningTool(std::shared_ptr<ToolRun> run) : run_(std::move(run)) {}
  ~RunningTool() override { run_->cancel(run_); }
  RunningTool(const RunningTool&) = delete;
  RunningTool& operator=(const RunningTool&) = delete;

 private:
  std::shared_ptr<ToolRun> run_;
};

class ToolAdapter final : public agent::Tool {
 public:
  ToolAdapter(Guest& guest, const collet_tools& table, std::uint32_t index,
              agent::ToolDescription description)
      : guest_(guest), table_(table), index_(index), description_(std::move(description)) {}

  const agent::ToolDescription& description() const override { return description_; }

  bool usable() const override {
    const State state = guest_.state();
    return state == State::kCreated || state == State::kStarting || state == State::kStarted;
  }

  std::unique_ptr<agent::RunningCall> start(agent::ToolCall call,
                                            std::function<void(agent::ToolOutcome)> done) override {
    auto run = std::make_shared<ToolRun>(guest_, table_, index_, description_.name, call, std::move(done));
    run->watch(run);
    auto running = std::make_unique<RunningTool>(run);
    const bool queued = guest_.household.calls.post(tool_queue(guest_.name),
                                                    [run, call = std::move(call)] { run->begin(run, call); });
    if (!queued) run->fail(guest_.state() == State::kStarted ? kOverload : guest_.absence());
    return running;
  }

  void close_conversation(const std::string& conversation) override {
    const bool queued = guest_.household.calls.post(tool_queue(guest_.name), [this, conversation] {
      const auto pass = guest_.gate.enter();
      if (!pass) return;
      const auto thrown =
          caught([&] { table_.conversation_closed(guest_.instance, index_, detail::to_str(conversation)); });
      if (!thrown.empty()) guest_.log_error("a tool's conversation_closed threw: " + thrown);
    });
    if (!queued)
      log::warning(guest_.part, "was not told that a conversation was closed: too many calls wait");
  }

 private:
  Guest& guest_;
  const collet_tools& table_;
  const std::uint32_t index_;
  const agent::ToolDescription description_;
};

agent::ToolDescription to_description(const collet_tool_info& info) {
  agent::ToolDescription about;
  about.name = detail::to_string(info.name);
  about.description = detail::to_string(info.description);
  about.parameters = detail::to_string(info.parameters);
  about.action_kind = detail::to_string(info.action_kind);
  about.observation_kind = detail::to_string(info.observation_kind);
  about.tool_kind = detail::to_string(info.tool_kind);
  about.annotations = info.annotations.size == 0 ? "{}" : detail::to_string(info.annotations);
  about.title = detail::to_string(info.title);
  about.listed = info.listed != 0;
  about.takes_environment = info.takes_environment != 0;
  return about;
}

// The characters that every model endpoint takes in a function's name.
bool is_tool_name(std::string_view name) {
  constexpr std::string_view kAllowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
  return !name.empty() && name.size() <= 64 && name.find_first_not_of(kAllowed) == std::string_view::npos;
}

Result<void> check_tool(const agent::ToolDescription& about, const agent::ToolRegistry& registry) {
  const std::string tool = "its tool '" + about.name + "'";
  if (!is_tool_name(about.name)) return invalid(tool + " has a name that models don't take");
  if (about.parameters.empty() || !parse_schema(about.parameters))
    return invalid(tool + " has parameters that are no JSON schema of an object");
  for (const auto* text :
       {&about.description, &about.title, &about.action_kind, &about.observation_kind, &about.tool_kind})
    if (!http::is_utf8(*text)) return invalid(tool + " has texts that are no UTF-8");
  if (const auto parsed = json::parse(about.annotations); !parsed || !parsed->IsObject())
    return invalid(tool + " has annotations that are no JSON object");
  if (const agent::Tool* other = registry.find(about.name); other != nullptr)
    return invalid(tool + " is there already, from '" + other->description().plugin + "'");
  return {};
}

}  // namespace

std::string tool_queue(const std::string& plugin) { return "tools of " + plugin; }

Result<void> register_tools(Guest& guest, agent::ToolRegistry& registry) {
  const auto* table = guest.feature<collet_tools>(COLLET_FEATURE_TOOLS);
  if (table == nullptr) return {};
  using Listed = std::vector<agent::ToolDescription>;
  const auto made = std::make_shared<Listed>();
  auto visited = guest.visit("list of tools", guest.household.create_patience,
                             [made, list = table->list, instance = guest.instance] {
                               list(instance, made.get(), [](void* context, const collet_tool_info* info) {
                                 if (info->struct_size < sizeof(collet_tool_info)) return;
                                 static_cast<Listed*>(context)->push_back(to_description(*info));
                               });
                             });
  if (!visited) return visited;
  Listed& listed = *made;
  for (std::size_t i = 0; i < listed.size(); ++i) {
    listed[i].plugin = guest.name;
    if (auto checked = check_tool(listed[i], registry); !checked) return checked;
    for (std::size_t j = 0; j < i; ++j)
      if (listed[j].name == listed[i].name) return invalid("it has two tools '" + listed[i].name + "'");
  }
  for (std::uint32_t index = 0; index < listed.size(); ++index) {
    guest.tools.push_back(listed[index].name);
    registry.add(std::make_shared<ToolAdapter>(guest, *table, index, std::move(listed[index])));
  }
  return {};
}

void cancel_tool_calls(Guest& guest) {
  for (const auto& [handle, run] : guest.tool_runs.all()) run->cancel_inside();
}

}  // namespace collet::plugins
