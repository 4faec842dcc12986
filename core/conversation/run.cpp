#include "conversation/run.hpp"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "agent/builtin_tools.hpp"
#include "agent/system_prompt.hpp"
#include "base/log.hpp"
#include "conversation/model_answer.hpp"
#include "llm/failures.hpp"

namespace collet::conversation {
namespace {

constexpr std::string_view kNudge =
    "Your last answer had neither text nor a tool call. Go on with the task by calling a tool, or call "
    "finish.";

// What a tool gets: the action without its kind; for a tool that the wire doesn't know, what is inside.
std::string without_kind(const std::string& action) {
  auto value = json::parse(action);
  if (!value) return "{}";
  if (const json::Value* data = json::find(*value, "data");
      json::string_or(*value, "kind") == "MCPToolAction")
    return data == nullptr ? "{}" : json::dump(*data);
  json::remove(*value, "kind");
  return json::dump(*value);
}

// Only what an MCPToolObservation has: a tool's own fields would be refused by clients.
std::string mcp_observation(const std::string& observation, std::string_view tool) {
  const auto value = json::parse(observation);
  const json::Value* content = value ? json::find(*value, "content") : nullptr;
  json::Writer w;
  w.object().raw_member("content", content == nullptr ? "[]" : json::dump(*content));
  w.member("is_error", value && json::bool_at(*value, "is_error").value_or(false));
  w.member("tool_name", tool).member("kind", "MCPToolObservation").end();
  return w.take();
}

// Whether the model wants to do something: finishing and thinking need nobody's consent.
bool acts(const llm::Response& response) {
  return std::any_of(response.tool_calls.begin(), response.tool_calls.end(), [](const llm::ToolCall& call) {
    return call.name != agent::kFinishTool && call.name != agent::kThinkTool;
  });
}

// What a stream of the model shows, with secrets hidden. Belongs to the provider's thread, then to the
// strand; the thread may still be in it when a cancelled run and its conversation are gone.
class MaskedDeltas {
 public:
  MaskedDeltas(std::function<void(std::string)> broadcast, std::shared_ptr<const ConversationSecrets> secrets)
      : broadcast_(std::move(broadcast)), secrets_(std::move(secrets)) {}

  void push(std::string_view text, std::string_view reasoning) {
    const auto masker = secrets_->masker();
    // Neither ends where the other begins: what is held back of one may go on behind a piece of the other.
    const std::string thought = reasoning_.push(*masker, reasoning);
    show(text_.push(*masker, text), thought);
  }
  void finish() {
    const auto masker = secrets_->masker();
    const std::string thought = reasoning_.finish(*masker);
    show(text_.finish(*masker), thought);
  }

 private:
  void show(const std::string& text, const std::string& reasoning) {
    if (!text.empty() || !reasoning.empty()) broadcast_(agent::streaming_delta_frame(text, reasoning));
  }

  const std::function<void(std::string)> broadcast_;
  const std::shared_ptr<const ConversationSecrets> secrets_;
  secrets::MaskStream text_, reasoning_;
};

}  // namespace

Run::Run(const Strand& strand, Journal& journal, const Equipment& equipment, RealActions& real_actions)
    : strand_(strand), journal_(journal), equipment_(equipment), real_actions_(real_actions) {}

void Run::stop(Stop how) {
  if (std::exchange(stopped_, true)) return;
  stop_how_ = how;
  const auto cancels = std::move(cancels_);
  cancels_.clear();
  for (const auto& cancel : cancels) cancel();
}

asio::awaitable<Run::Next> Run::append(std::function<void(Batch&)> build) {
  const auto result = co_await journal_.append(std::move(build));
  if (result) co_return Next::kGoOn;
  log::error("conversation", "the run ends, its events cannot be stored: " + result.error().message,
             {.conversation = journal_.id()});
  journal_.mark_failed();
  journal_.broadcast(agent::server_error_frame("StorageError", result.error().message));
  co_return Next::kEnd;
}

asio::awaitable<void> Run::execute() {
  Next next = co_await begin();
  const int most = journal_.state().setup->max_iterations;
  for (int done = 0; next == Next::kGoOn; ++done) {
    if (journal_.state().status != Status::kRunning) break;  // paused meanwhile
    next = co_await step(done + 1 >= most);
  }
  if (stopped_ && journal_.state().status == Status::kRunning) co_await record_stop();
  if (journal_.state().status != Status::kWaiting) real_actions_.clear();
}

asio::awaitable<Run::Next> Run::begin() {
  const bool confirmed = journal_.state().status == Status::kWaiting;
  const Next next = co_await append([this, confirmed](Batch& batch) {
    if (!journal_.view().has_system_prompt()) {
      const Setup& setup = *journal_.state().setup;
      batch.add(agent::system_prompt(
          batch.link(),
          agent::system_prompt_text(*json::parse(setup.agent), setup.working_dir, setup.live_secrets),
          equipment_.tools.for_events()));
    }
    if (!confirmed) batch.answer_open(journal_.view(), kOutcomeUnknown);
    batch.set_status(Status::kRunning);
  });
  if (next == Next::kEnd) co_return next;
  co_await read_secrets();
  if (confirmed) co_return co_await carry_out(false);
  co_return next;
}

// What is to be hidden has to be known before anything can show it.
asio::awaitable<void> Run::read_secrets() {
  if (stopped_) co_return;
  auto read = std::make_shared<Arrival<bool>>(strand_);
  cancels_.push_back([read] { read->cancel(); });
  equipment_.secrets->refresh([send = read->sender()] { send(true); });
  co_await read->wait();
  cancels_.clear();
}

asio::awaitable<Run::Next> Run::step(bool last_allowed) {
  auto outcome = co_await ask_model();
  if (!outcome) co_return co_await record_stop();
  if (!outcome->response) co_return co_await fail(std::move(outcome->failure));
  llm::Response response = std::move(*outcome->response);
  hide_secrets(response, *equipment_.secrets->masker());
  journal_.usage().add(equipment_.llm.usage_id, equipment_.llm.model, response, now_micros());
  if (response.tool_calls.empty()) co_return co_await take_text(response, last_allowed);
  co_return co_await take_calls(response, last_allowed);
}

asio::awaitable<std::optional<llm::Outcome>> Run::ask_model() {
  if (stopped_) co_return std::nullopt;
  unseen_message_ = false;
  journal_.usage().begin_call(equipment_.llm.usage_id, equipment_.llm.model);
  auto answered = std::make_shared<Arrival<llm::Outcome>>(strand_);
  llm::Provider::Delta delta;
  const auto masked = std::make_shared<MaskedDeltas>(journal_.broadcaster(), equipment_.secrets);
  if (equipment_.llm.stream)
    delta = [masked](std::string_view text, std::string_view reasoning) { masked->push(text, reasoning); };
  cancels_.push_back([answered] { answered->cancel(); });
  const auto call = equipment_.provider->start(
      equipment_.llm, {journal_.view().messages(), equipment_.tools_for_model, journal_.id()},
      std::move(delta), answered->sender());
  auto outcome = co_await answered->wait();
  cancels_.clear();
  if (equipment_.llm.stream && outcome) masked->finish();
  co_return outcome;
}

void Run::end_step(Batch& batch, bool finished, bool last_allowed) {
  if (finished && !unseen_message_) {
    batch.set_status(Status::kFinished);
  } else if (last_allowed) {
    batch.set_status(Status::kError);
    const std::string limit = std::to_string(journal_.state().setup->max_iterations);
    batch.add(agent::conversation_error(
        batch.link(), {"MaxIterationsReached", "Agent reached maximum iterations limit (" + limit + ").",
                       "agent_action", false, "none"}));
  }
  batch.add_stats();
  if (seems_stuck_ && journal_.state().setup->stuck_detection && batch.state().status == Status::kRunning)
    batch.set_status(Status::kStuck);
}

asio::awaitable<Run::Next> Run::take_text(const llm::Response& response, bool last_allowed) {
  co_return co_await append([this, &response, last_allowed](Batch& batch) {
    const bool empty = response.text.empty();
    const std::string content =
        empty ? R"([{"cache_prompt":false,"type":"text","text":""}])" : agent::text_content(response.text);
    batch.add(
        agent::message(batch.link(), "agent", "assistant", content, response.reasoning, response.id, ""));
    if (empty)
      batch.add(agent::message(batch.link(), "environment", "user", agent::text_content(kNudge), "", "", ""));
    end_step(batch, !empty, last_allowed);
  });
}

asio::awaitable<Run::Next> Run::take_calls(const llm::Response& response, bool last_allowed) {
  const bool confirm = journal_.state().confirms_always() && acts(response);
  const Next next = co_await append([&](Batch& batch) {
    const auto masker = equipment_.secrets->masker();
    std::vector<TakenCall> errors;
    bool usable = false;
    for (const auto& call : response.tool_calls) {
      TakenCall taken = take_call(call, equipment_.tools, *masker);
      if (&call == &response.tool_calls.front()) {
        taken.action.thought = response.text;
        taken.action.reasoning = response.reasoning;
      }
      taken.action.llm_response_id = response.id;
      const agent::Link link = batch.link();
      batch.add(agent::action(link, taken.action));
      if (!taken.real_action.empty()) real_actions_[link.id] = std::move(taken.real_action);
      if (taken.error.empty())
        usable = true;
      else
        errors.push_back(std::move(taken));
    }
    for (const auto& [action, error, real_action] : errors) {
      batch.add(agent::agent_error(batch.link(), action.call.name, action.call.id, error));
      seems_stuck_ = stuck_.add(action.call.name + action.call.arguments, error, true);
    }
    if (!usable) return end_step(batch, false, last_allowed);
    if (!confirm) return;
    batch.set_status(Status::kWaiting);
    batch.add_stats();
  });
  if (next == Next::kEnd || journal_.view().open_actions().empty() || confirm) co_return next;
  co_return co_await carry_out(last_allowed);
}

asio::awaitable<Run::Next> Run::carry_out(bool last_allowed) {
  const std::vector<agent::OpenAction> open = journal_.view().open_actions();
  bool finished = false;
  for (std::size_t first = 0; first < open.size();) {
    // A window of calls that run side by side; their answers are recorded in the order of the calls.
    const std::size_t behind = std::min(open.size(), first + equipment_.tool_concurrency);
    std::vector<std::shared_ptr<Arrival<std::optional<agent::ToolOutcome>>>> answers;
    for (std::size_t i = first; i < behind; ++i) {
      auto answer = std::make_shared<Arrival<std::optional<agent::ToolOutcome>>>(strand_);
      answers.push_back(answer);
      asio::co_spawn(
          strand_,
          [self = shared_from_this(), action = open[i], answer]() -> asio::awaitable<void> {
            answer->deliver(co_await self->call_tool(action));
          },
          asio::detached);
    }
    for (std::size_t i = first; i < behind; ++i) {
      const auto outcome = co_await answers[i - first]->wait();
      if (!outcome || !*outcome) co_return co_await record_stop();
      finished = finished || open[i].tool == agent::kFinishTool;
      const Next next = co_await append([&, this](Batch& batch) {
        add_answer(batch, open[i], **outcome);
        if (i + 1 == open.size()) end_step(batch, finished, last_allowed);
      });
      if (next == Next::kEnd) co_return next;
    }
    cancels_.clear();
    first = behind;
  }
  co_return Next::kGoOn;
}

asio::awaitable<std::optional<agent::ToolOutcome>> Run::call_tool(agent::OpenAction open) {
  if (stopped_) co_return std::nullopt;
  const auto* entry = equipment_.tools.find(open.tool);
  if (entry == nullptr || open.action.empty())
    co_return agent::ToolOutcome{"", "The tool '" + open.tool + "' is not available any more."};
  const auto action = take_real_action(open);
  if (!action) co_return agent::ToolOutcome{"", std::string(kRealActionGone)};
  Environment environment;
  if (entry->tool->description().takes_environment) {
    auto found = co_await environment_for(*action);
    if (!found || stopped_) co_return std::nullopt;
    environment = std::move(*found);
  }
  auto done = std::make_shared<Arrival<agent::ToolOutcome>>(strand_);
  cancels_.push_back([done] { done->cancel(); });
  const auto call = entry->tool->start({journal_.id(), open.id, *action, journal_.state().setup->working_dir,
                                        equipment_.save_dir, std::move(environment)},
                                       done->sender());
  auto outcome = co_await done->wait();
  if (!outcome) co_return std::nullopt;
  const auto masker = equipment_.secrets->masker();
  if (!outcome->observation.empty()) outcome->observation = masker->mask_json_text(outcome->observation);
  outcome->error = masker->mask(outcome->error);
  co_return outcome;
}

std::optional<std::string> Run::take_real_action(const agent::OpenAction& open) {
  if (const auto real = real_actions_.extract(open.id)) return real.mapped();
  if (open.action.find(secrets::kHidden) != std::string::npos) return std::nullopt;
  return without_kind(open.action);
}

// A command gets no secret whose use is not recorded.
asio::awaitable<std::optional<Environment>> Run::environment_for(std::string arguments) {
  auto values = std::make_shared<Arrival<Environment>>(strand_);
  cancels_.push_back([values] { values->cancel(); });
  equipment_.secrets->values_for(arguments, values->sender());
  auto found = co_await values->wait();
  if (!found || stopped_) co_return std::nullopt;
  auto recorded = std::make_shared<Arrival<Environment>>(strand_);
  cancels_.push_back([recorded] { recorded->cancel(); });
  equipment_.secrets->record_use(std::move(*found), recorded->sender());
  co_return co_await recorded->wait();
}

void Run::add_answer(Batch& batch, const agent::OpenAction& open, const agent::ToolOutcome& outcome) {
  if (!outcome.error.empty()) {
    batch.add(agent::agent_error(batch.link(), open.tool, open.call_id, outcome.error));
    seems_stuck_ = stuck_.add(open.tool + open.action, outcome.error, true);
    return;
  }
  const auto& kind = equipment_.tools.find(open.tool)->tool->description().observation_kind;
  const std::string observation = kind.empty() ? mcp_observation(outcome.observation, open.tool)
                                               : agent::with_kind(outcome.observation, kind);
  batch.add(agent::observation(batch.link(), open.tool, open.call_id, observation, open.id));
  seems_stuck_ = stuck_.add(open.tool + open.action, observation, false);
}

asio::awaitable<Run::Next> Run::fail(llm::Failure failure) {
  failure.detail = llm::shown_detail(equipment_.secrets->masker()->mask(failure.detail));
  co_await append([&](Batch& batch) {
    batch.set_status(Status::kError);
    batch.add(agent::conversation_error(batch.link(), failure));
  });
  co_return Next::kEnd;
}

asio::awaitable<Run::Next> Run::record_stop() {
  co_await append([this](Batch& batch) {
    if (!journal_.view().open_actions().empty()) batch.add_stats();
    batch.answer_open(journal_.view(),
                      "Tool call interrupted before completion. The conversation was paused.");
    batch.set_status(Status::kPaused);
    batch.add(stop_how_ == Stop::kInterrupt ? agent::interrupt(batch.link()) : agent::pause(batch.link()));
  });
  co_return Next::kEnd;
}

}  // namespace collet::conversation
