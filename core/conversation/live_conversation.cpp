#include "conversation/live_conversation.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <exception>

#include "agent/builtin_tools.hpp"
#include "agent/system_prompt.hpp"
#include "base/log.hpp"
#include "conversation/model_answer.hpp"
#include "conversation/title.hpp"

namespace collet::conversation {
namespace {

Error closed_error() { return unavailable("The conversation is being closed."); }

std::string text_of(std::exception_ptr error) {
  try {
    std::rethrow_exception(std::move(error));
  } catch (const std::exception& known) {
    return known.what();
  } catch (...) {
    return "unknown exception";
  }
}

}  // namespace

LiveConversation::LiveConversation(Surroundings& around, State state, llm::UsageLedger usage,
                                   std::optional<storage::Claim> claim)
    : around_(around),
      id_(state.setup->id),
      strand_(asio::make_strand(around.io)),
      secrets_(std::make_shared<ConversationSecrets>(id_, around.secret_access, around.secret_readers)),
      journal_(strand_, around.log, std::move(state), std::move(usage), std::move(claim), [this] {
        if (around_.lost) around_.lost(id_);
      }) {}

Result<std::shared_ptr<LiveConversation>> LiveConversation::make(Surroundings& around, State state,
                                                                 llm::UsageLedger usage,
                                                                 std::optional<storage::Claim> claim) {
  std::shared_ptr<LiveConversation> made(
      new LiveConversation(around, std::move(state), std::move(usage), std::move(claim)));
  if (auto equipped = made->equip(); !equipped) return equipped.error();
  return made;
}

Result<void> LiveConversation::equip() {
  const Setup& setup = *journal_.state().setup;
  secrets_->set(setup.secret_sources, setup.created_through);
  secrets_->hide_secrets_of(setup.agent);
  equipment_.secrets = secrets_;
  const auto agent = json::parse(setup.agent);
  const json::Value* llm = agent ? json::find(*agent, "llm") : nullptr;
  if (llm == nullptr) return internal("conversation " + id_ + ": its agent document is damaged");
  auto config = llm::Config::from_json(*llm);
  if (!config) return config.error();
  equipment_.llm = std::move(*config);
  equipment_.provider = &around_.providers.for_model(equipment_.llm.model);
  if (const json::Value* tools = json::find(*agent, "tools"); tools != nullptr && tools->IsArray()) {
    for (const auto& wanted : tools->GetArray()) {
      const std::string name = json::string_or(wanted, "name");
      agent::Tool* tool = around_.tools.find(name);
      // A stored conversation may name a tool whose plugin is gone: the model is then told, call by call.
      if (tool != nullptr) equipment_.tools.add(*tool);
    }
  }
  for (const auto name : {agent::kFinishTool, agent::kThinkTool})
    if (equipment_.tools.find(name) == nullptr) equipment_.tools.add(*around_.tools.find(name));
  equipment_.tools_for_model = equipment_.tools.for_model();
  equipment_.save_dir = setup.persistence_dir + "/observations";
  equipment_.tool_concurrency = static_cast<std::size_t>(
      std::max<std::int64_t>(1, json::int_at(*agent, "tool_concurrency_limit").value_or(1)));
  return {};
}

// -- commands: any thread
// ----------------------------------------------------------------------------------------

void LiveConversation::spawn(std::function<asio::awaitable<Result<void>>(LiveConversation&)> work,
                             Done done) {
  asio::co_spawn(
      strand_,
      [self = shared_from_this(), work = std::move(work)]() -> asio::awaitable<Result<void>> {
        co_return co_await work(*self);
      },
      [self = shared_from_this(), done = std::move(done)](std::exception_ptr error, Result<void> result) {
        if (!error) return done(std::move(result));
        log::error("conversation", text_of(std::move(error)), {.conversation = self->id_});
        done(internal("Internal Server Error"));
      });
}

void LiveConversation::send(UserMessage message, bool run, Done done) {
  spawn([message = std::move(message), run](LiveConversation& self) { return self.do_send(message, run); },
        std::move(done));
}
void LiveConversation::run(Done done) {
  spawn([](LiveConversation& self) { return self.do_run(); }, std::move(done));
}
void LiveConversation::pause(Done done) {
  spawn([](LiveConversation& self) { return self.do_pause(); }, std::move(done));
}
void LiveConversation::interrupt(Done done) {
  spawn([](LiveConversation& self) { return self.do_interrupt(); }, std::move(done));
}
void LiveConversation::respond(bool accept, std::string reason, Done done) {
  spawn([accept,
         reason = std::move(reason)](LiveConversation& self) { return self.do_respond(accept, reason); },
        std::move(done));
}
void LiveConversation::recover(Done done) {
  spawn([](LiveConversation& self) { return self.do_recover(); }, std::move(done));
}
void LiveConversation::close(Status last_status, Done done) {
  spawn([last_status](LiveConversation& self) { return self.do_close(last_status); }, std::move(done));
}

void LiveConversation::patch(Patch patch, Done done) {
  spawn(
      [patch = std::move(patch)](LiveConversation& self) {
        return self.journal_.append([patch](Batch& batch) {
          State& state = batch.state();
          if (patch.title) state.title = patch.title;
          if (patch.tags) state.tags = *patch.tags;
          if (patch.confirmation_policy) state.confirmation_policy = *patch.confirmation_policy;
          if (patch.security_analyzer) state.security_analyzer = *patch.security_analyzer;
        });
      },
      std::move(done));
}

void LiveConversation::append(Note note, std::function<void(Result<std::string>)> done) {
  auto id = std::make_shared<std::string>();
  spawn([note = std::move(note), id](LiveConversation& self) { return self.do_append(note, id); },
        [done = std::move(done), id](Result<void> result) {
          done(result ? Result<std::string>(std::move(*id)) : Result<std::string>(result.error()));
        });
}

void LiveConversation::update_secrets(std::string sources, Done done) {
  spawn([sources = std::move(sources)](LiveConversation& self) { return self.do_update_secrets(sources); },
        std::move(done));
}

void LiveConversation::document(std::function<void(std::string)> done) {
  asio::post(strand_, [self = shared_from_this(), done = std::move(done)] {
    done(conversation::document(self->journal_.state(), self->journal_.usage()));
  });
}

void LiveConversation::follow(std::optional<std::int64_t> after_seq, std::function<void()> wake,
                              Followed done) {
  asio::post(strand_, [self = shared_from_this(), after_seq, wake = std::move(wake), done = std::move(done)] {
    auto first = std::make_shared<const std::string>(self->journal_.full_state_frame());
    done(self->around_.log.follow(self->id_, after_seq, std::move(first), wake));
  });
}

// -- on the strand
// -------------------------------------------------------------------------------------------------

asio::awaitable<Result<void>> LiveConversation::do_send(UserMessage message, bool run) {
  if (closed_) co_return closed_error();
  auto result = co_await journal_.append([&](Batch& batch) {
    if (batch.state().status == Status::kFinished) batch.set_status(Status::kIdle);
    if (!journal_.view().has_system_prompt()) {
      const Setup& setup = *batch.state().setup;
      batch.add(agent::system_prompt(
          batch.link(),
          agent::system_prompt_text(*json::parse(setup.agent), setup.working_dir, setup.live_secrets),
          equipment_.tools.for_events()));
    }
    const agent::Link link = batch.link();
    batch.add(agent::message(link, "user", "user", message.content, "", "", message.sender));
    batch.set_last_user_message(link.id);
  });
  if (result) start_title(message);
  // A message is no yes: actions that wait for confirmation go on waiting.
  if (!result || !run || journal_.state().status == Status::kWaiting) co_return result;
  if (run_)
    run_->note_message();
  else
    start_run();
  co_return result;
}

asio::awaitable<Result<void>> LiveConversation::do_run() {
  if (closed_) co_return closed_error();
  if (run_ && !run_->stopped()) {
    if (journal_.state().status != Status::kPaused)
      co_return conflict("Conversation already running. Wait for completion or pause first.");
    // Paused, but its last step isn't over: it simply goes on; unless it ended while this was being stored.
    auto resumed = co_await journal_.append([](Batch& batch) { batch.set_status(Status::kRunning); });
    if (resumed && !run_) start_run();
    co_return resumed;
  }
  co_await wait_until_idle();
  // What is finished stays finished until there is something new to do.
  if (journal_.state().status != Status::kFinished) start_run();
  co_return Result<void>();
}

asio::awaitable<Result<void>> LiveConversation::do_pause() {
  if (closed_) co_return closed_error();
  const Status status = journal_.state().status;
  if (status != Status::kRunning && status != Status::kIdle) co_return Result<void>();
  auto result = co_await journal_.append([](Batch& batch) {
    batch.set_status(Status::kPaused);
    batch.add(agent::pause(batch.link()));
  });
  journal_.broadcast_full_state();
  co_return result;
}

asio::awaitable<Result<void>> LiveConversation::do_interrupt() {
  if (closed_) co_return closed_error();
  if (!run_) co_return Result<void>();
  run_->stop(Run::Stop::kInterrupt);
  co_await wait_until_idle();
  co_return Result<void>();
}

asio::awaitable<Result<void>> LiveConversation::do_respond(bool accept, std::string reason) {
  if (closed_) co_return closed_error();
  if (journal_.state().status != Status::kWaiting) co_return Result<void>();
  co_await wait_until_idle();
  if (accept) {
    start_run();
    co_return Result<void>();
  }
  auto result = co_await journal_.append([&](Batch& batch) {
    batch.set_status(Status::kIdle);
    for (const auto& open : journal_.view().open_actions())
      batch.add(agent::user_reject(batch.link(), open.tool, open.call_id, reason, open.id));
  });
  if (result) real_actions_.clear();
  co_return result;
}

asio::awaitable<Result<void>> LiveConversation::do_append(Note note, std::shared_ptr<std::string> id) {
  if (closed_) co_return closed_error();
  co_return co_await journal_.append([&](Batch& batch) {
    const agent::Link link = batch.link();
    *id = link.id;
    batch.add(agent::other(link, note.kind, note.source, note.members));
  });
}

asio::awaitable<Result<void>> LiveConversation::do_update_secrets(std::string sources) {
  if (closed_) co_return closed_error();
  auto result = co_await journal_.append([&](Batch& batch) {
    Setup setup = *batch.state().setup;
    setup.secret_sources = merge_sources(setup.secret_sources, sources);
    batch.state().setup = make_setup(std::move(setup), around_.box);
  });
  if (!result) co_return result;
  const Setup& setup = *journal_.state().setup;
  secrets_->set(setup.secret_sources, setup.created_through);
  secrets_->refresh([] {});  // a run may be going on
  journal_.broadcast_full_state();
  co_return result;
}

asio::awaitable<Result<void>> LiveConversation::do_recover() {
  if (journal_.state().status != Status::kRunning) co_return Result<void>();
  co_return co_await journal_.append([this](Batch& batch) {
    batch.answer_open(journal_.view(), kOutcomeUnknown);
    batch.set_status(Status::kPaused);
    batch.add(agent::conversation_error(
        batch.link(),
        {"ServerRestarted", "The server ended in the middle of a run. Run the conversation to go on.",
         "transient", true, "retry"}));
  });
}

asio::awaitable<Result<void>> LiveConversation::do_close(Status last_status) {
  closed_ = true;
  if (title_answer_) title_answer_->cancel();
  if (run_) run_->stop(Run::Stop::kShutdown);
  co_await wait_until_idle();
  if (last_status == Status::kDeleting)
    co_return co_await journal_.append([](Batch& batch) { batch.set_status(Status::kDeleting); });
  co_return Result<void>();
}

void LiveConversation::start_run() {
  run_ = std::make_shared<Run>(strand_, journal_, equipment_, real_actions_);
  asio::co_spawn(
      strand_,
      [self = shared_from_this(), run = run_]() -> asio::awaitable<void> { co_await self->run_to_end(run); },
      [self = shared_from_this()](std::exception_ptr error) {
        if (!error) return;
        log::error("conversation", "the run failed: " + text_of(std::move(error)),
                   {.conversation = self->id_});
        self->journal_.mark_failed();
        self->run_.reset();
      });
}

asio::awaitable<void> LiveConversation::run_to_end(std::shared_ptr<Run> run) {
  auto slot = std::make_shared<Arrival<bool>>(strand_);
  around_.slots.acquire([send = slot->sender()] { send(true); });
  co_await slot->wait();
  co_await run->execute();
  around_.slots.release();
  journal_.broadcast_full_state();
  run_.reset();
  const auto waiters = std::exchange(idle_waiters_, {});
  for (const auto& waiter : waiters) waiter->cancel();
}

void LiveConversation::start_title(const UserMessage& message) {
  if (!journal_.state().setup->autotitle || journal_.state().title || title_answer_) return;
  title_answer_ = std::make_shared<Arrival<llm::Outcome>>(strand_);
  asio::co_spawn(
      strand_,
      [self = shared_from_this(), content = message.content,
       answer = title_answer_]() -> asio::awaitable<void> { co_await self->make_title(content, answer); },
      [self = shared_from_this()](std::exception_ptr error) {
        if (error)
          log::error("conversation", "no title: " + text_of(std::move(error)), {.conversation = self->id_});
      });
}

asio::awaitable<void> LiveConversation::make_title(std::string content,
                                                   std::shared_ptr<Arrival<llm::Outcome>> answer) {
  llm::Config config = equipment_.llm;
  config.stream = false;
  const auto call =
      equipment_.provider->start(config, {title_messages(content), "[]", id_}, {}, answer->sender());
  auto outcome = co_await answer->wait();
  if (!outcome || closed_) co_return;
  if (outcome->response) {
    hide_secrets(*outcome->response, *secrets_->masker());
    journal_.usage().add(config.usage_id, config.model, *outcome->response, now_micros());
  }
  const std::string title = title_from(outcome->response ? outcome->response->text : std::string(), content);
  const auto stored = co_await journal_.append([&](Batch& batch) {
    if (!title.empty() && !batch.state().title) batch.state().title = title;
  });
  if (!stored)
    log::warning("conversation", "the title is not stored: " + stored.error().message, {.conversation = id_});
}

asio::awaitable<void> LiveConversation::wait_until_idle() {
  while (run_) {
    auto idle = std::make_shared<Arrival<bool>>(strand_);
    idle_waiters_.push_back(idle);
    co_await idle->wait();
  }
}

}  // namespace collet::conversation
