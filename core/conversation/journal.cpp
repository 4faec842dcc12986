#include "conversation/journal.hpp"

#include "base/id.hpp"

namespace collet::conversation {
namespace {

constexpr int kReplayPage = 500;  // events read at once when a view is rebuilt

std::string json_string(std::string_view text) {
  json::Writer w;
  w.value(text);
  return w.take();
}

agent::View empty_view(const Setup& setup) {
  const auto agent = json::parse(setup.agent);
  const json::Value* llm = agent ? json::find(*agent, "llm") : nullptr;
  if (llm == nullptr) return agent::View();
  const auto limit = json::int_at(*llm, "max_message_chars").value_or(0);
  return agent::View(limit > 0 ? static_cast<std::size_t>(limit) : 30'000,
                     !json::bool_at(*llm, "disable_vision").value_or(false));
}

}  // namespace

agent::Link Batch::link() {
  agent::Link link{new_uuid(), state_.leaf_event_id};
  state_.leaf_event_id = link.id;
  return link;
}

agent::Link Batch::side_link() const { return {new_uuid(), state_.leaf_event_id}; }

void Batch::set_status(Status status) {
  if (state_.status == status) return;
  state_.status = status;
  add(agent::state_update(side_link(), "execution_status", json_string(name_of(status))));
}

void Batch::add_stats() {
  add(agent::state_update(side_link(), "stats", usage_.json(llm::UsageLedger::Form::kSummary)));
}

void Batch::set_last_user_message(const std::string& id) {
  state_.last_user_message_id = id;
  add(agent::state_update(side_link(), "last_user_message_id", json_string(id)));
}

void Batch::answer_open(const agent::View& view, std::string_view error) {
  for (const auto& open : view.open_actions())
    add(agent::agent_error(link(), open.tool, open.call_id, error));
}

Journal::Journal(const Strand& strand, events::EventLog& log, State state, llm::UsageLedger usage,
                 std::optional<storage::Claim> claim, std::function<void()> lost)
    : strand_(strand),
      log_(log),
      state_(std::move(state)),
      usage_(std::move(usage)),
      view_(empty_view(*state_.setup)),
      claim_(std::move(claim)),
      lost_(std::move(lost)),
      mutex_(strand) {}

asio::awaitable<Result<void>> Journal::load_view() {
  if (view_loaded_) co_return Result<void>();
  while (true) {
    auto events = log_.read(id(), view_seq_, kReplayPage);
    if (!events) co_return events.error();
    for (const auto& event : *events) {
      view_.apply(event);
      view_seq_ = event.seq;
    }
    if (events->size() < kReplayPage) break;
  }
  view_loaded_ = true;
  co_return Result<void>();
}

asio::awaitable<Result<void>> Journal::append(std::function<void(Batch&)> build) {
  co_await mutex_.lock();
  const struct Unlock {
    AsyncMutex& mutex;
    ~Unlock() { mutex.unlock(); }
  } unlock{mutex_};
  co_return co_await build_and_commit(build);
}

asio::awaitable<Result<void>> Journal::build_and_commit(const std::function<void(Batch&)>& build) {
  auto loaded = co_await load_view();
  if (!loaded) co_return loaded;
  Batch batch(state_, usage_);
  build(batch);
  co_return co_await commit(std::move(batch));
}

asio::awaitable<Result<void>> Journal::commit(Batch batch) {
  auto drafts = batch.take_drafts();
  batch.state().updated_at = now_micros();
  auto committed = std::make_shared<Arrival<Result<std::vector<events::Event>>>>(strand_);
  auto row = to_row(batch.state(), usage_);
  row.model_calls = usage_.take_new_calls();
  row.claim = claim_;
  log_.append(id(), std::move(drafts), std::move(row), committed->sender());
  const auto result = co_await committed->wait();
  if (!result->ok()) {
    if (storage::is_claim_lost(result->error()))
      if (const auto lost = std::exchange(lost_, nullptr)) lost();
    co_return result->error();
  }
  state_ = std::move(batch.state());
  // As it is stored: the time of the last event.
  if (!result->value().empty())
    state_.updated_at = parse_timestamp(result->value().back().timestamp).value_or(state_.updated_at);
  for (const auto& event : result->value()) {
    view_.apply(event);
    view_seq_ = event.seq;
  }
  co_return Result<void>();
}

std::string Journal::full_state_frame() const {
  return agent::state_update_frame("full_state", full_state(state_, usage_));
}

void Journal::broadcast_full_state() { broadcast(full_state_frame()); }

void Journal::broadcast(std::string frame) { broadcaster()(std::move(frame)); }

std::function<void(std::string)> Journal::broadcaster() const {
  return [&log = log_, id = id()](std::string frame) {
    log.broadcast(id, std::make_shared<const std::string>(std::move(frame)));
  };
}

}  // namespace collet::conversation
