#include "conversation/service.hpp"

#include <future>
#include <map>
#include <thread>

#include "base/id.hpp"
#include "base/log.hpp"
#include "conversation/held_conversations.hpp"
#include "conversation/live_conversation.hpp"
#include "conversation/start_setup.hpp"
#include "conversation/wait_for.hpp"
#include "conversation/workspace.hpp"

namespace collet::conversation {
namespace {

// They wait for the database alone; each conversation has one of them at most.
constexpr std::size_t kSecretReaders = 2;
constexpr std::size_t kSecretQueue = 1024;

}  // namespace

struct ConversationService::Impl {
  Impl(Options o, Dependencies d)
      : options(std::move(o)),
        with(d),
        store(d.database),
        slots(options.max_concurrent_runs),
        work(asio::make_work_guard(io)),
        secret_readers({.threads = kSecretReaders, .queue_length = kSecretQueue, .per_owner = 1}),
        around{io,        d.log,          d.providers,
               d.tools,   slots,          d.box,
               d.secrets, secret_readers, [this](const std::string& id) { held.lost(id); }},
        held(around, store) {}

  std::string folder_of(const std::string& id) const {
    return (options.state_dir / "conversations" / without_dashes(id)).string();
  }
  Result<Setup> setup_for(const StartRequest& request, const std::string& id) const;
  Result<Started> add(const State& state);
  Result<void> repair(const std::string& status,
                      const std::function<Result<void>(const std::string& id)>& how);

  Options options;
  Dependencies with;
  storage::ConversationStore store;
  RunSlots slots;
  asio::io_context io;
  asio::executor_work_guard<asio::io_context::executor_type> work;
  WorkerPool secret_readers;
  Surroundings around;
  HeldConversations held;
  std::function<void(const std::string& id)> removed;
  std::vector<std::thread> threads;
};

ConversationService::ConversationService(Options options, Dependencies dependencies)
    : impl_(std::make_unique<Impl>(std::move(options), dependencies)) {}

ConversationService::~ConversationService() { stop(); }

ConversationService::Load ConversationService::load() const {
  const auto slots = impl_->slots.load();
  return {impl_->held.size(), slots.running, slots.waiting};
}

// Brings every conversation of a status out of it.
Result<void> ConversationService::Impl::repair(
    const std::string& status, const std::function<Result<void>(const std::string& id)>& how) {
  storage::ConversationQuery query;
  query.status = status;
  std::string last;
  while (true) {
    const auto page = store.search(query);
    if (!page) return page.error();
    if (page->items.empty()) return {};
    if (page->items.front().id == last) return internal("conversation " + last + " cannot be repaired");
    last = page->items.front().id;
    for (const auto& row : page->items)
      if (auto repaired = how(row.id); !repaired) {
        log::error("conversation", repaired.error().message, {.conversation = row.id});
        return repaired;
      }
  }
}

Result<void> ConversationService::start() {
  if (auto started = impl_->secret_readers.start(); !started) return started;
  for (std::size_t i = 0; i < impl_->options.threads; ++i)
    impl_->threads.emplace_back([this] { impl_->io.run(); });
  const auto remove_it = [this](const std::string& id) { return remove(id); };
  if (impl_->with.database.is_shared()) {
    const auto node = storage::node_of(impl_->options.state_dir);
    if (!node) return node.error();
    impl_->options.claims.node = *node;
    return impl_->held.share(impl_->with.database, impl_->options.claims, remove_it);
  }
  auto repaired = impl_->repair("running", [this](const std::string& id) -> Result<void> {
    auto found = impl_->held.take(id);
    if (!found) return found.error();
    return wait_for([&](Conversation::Done done) { (*found)->recover(std::move(done)); });
  });
  if (!repaired) return repaired;
  return impl_->repair("deleting", remove_it);
}

void ConversationService::pause_all(std::chrono::milliseconds grace) {
  impl_->held.stop_taking();
  std::vector<std::future<void>> closed;
  for (auto& [id, conversation] : impl_->held.all()) {
    auto promise = std::make_shared<std::promise<void>>();
    closed.push_back(promise->get_future());
    conversation->close(Status::kPaused, [promise](const Result<void>&) { promise->set_value(); });
  }
  const auto deadline = std::chrono::steady_clock::now() + grace;
  for (auto& one : closed) one.wait_until(deadline);
}

void ConversationService::stop() {
  if (impl_->threads.empty()) return;
  impl_->work.reset();
  impl_->io.stop();
  for (auto& thread : impl_->threads) thread.join();
  impl_->threads.clear();
  impl_->secret_readers.stop();
  impl_->held.stop_sharing();
}

Result<Setup> ConversationService::Impl::setup_for(const StartRequest& request, const std::string& id) const {
  if (const json::Value* tools = json::find(request.agent, "tools"); tools != nullptr && tools->IsArray())
    for (const auto& tool : tools->GetArray())
      if (const auto name = json::string_or(tool, "name"); with.tools.find(name) == nullptr)
        return invalid("Tool '" + name + "' is not registered on this server");
  if (request.parent_id && !store.get(*request.parent_id))
    return not_found("Parent conversation " + *request.parent_id + " not found");
  return setup_from(request, id, folder_of(id));
}

Result<ConversationService::Started> ConversationService::create(StartRequest request) {
  const std::string id = request.id.value_or(new_uuid());
  if (request.id)
    if (auto existing = impl_->held.find(id); existing) return Started{*existing, false};
  auto setup = impl_->setup_for(request, id);
  if (!setup) return setup.error();
  if (auto prepared = prepare_workspace(request.working_dir, impl_->with.spawner); !prepared)
    return prepared.error();

  State state;
  state.setup = make_setup(std::move(*setup), impl_->with.box);
  state.confirmation_policy = request.confirmation_policy;
  state.security_analyzer = request.security_analyzer;
  state.tags = request.tags;
  state.updated_at = state.setup->created_at;
  auto started = impl_->add(state);
  if (!started || !started->created || request.initial_content.empty()) return started;
  auto sent = wait_for([&](Conversation::Done done) {
    started->conversation->send({request.initial_content, request.initial_sender}, true, std::move(done));
  });
  if (!sent) return sent.error();
  return started;
}

// Of two starts with one id at the same time the first one counts, on this server or on two.
Result<ConversationService::Started> ConversationService::Impl::add(const State& state) {
  const auto& id = state.setup->id;
  const auto claim = held.first_claim();
  auto made = LiveConversation::make(around, state, {}, claim);
  if (!made) return made.error();
  const auto holding = held.add(id, *made);
  if (!holding) return holding.error();
  if (*holding != *made) return Started{*holding, false};
  auto row = to_row(state, {});
  row.claim = claim;
  if (auto saved = store.create(row); !saved) {
    held.erase(id);
    if (saved.error().kind != Error::Kind::kConflict) return saved.error();
    auto existing = held.find(id);
    return existing ? Result<Started>(Started{*existing, false}) : Result<Started>(existing.error());
  }
  return Started{*made, true};
}

Result<std::shared_ptr<Conversation>> ConversationService::get(const std::string& id) {
  return impl_->held.find(id);
}

Result<void> ConversationService::remove(const std::string& id) {
  auto found = impl_->held.take(id);
  if (!found) return found.error();
  auto closed =
      wait_for([&](Conversation::Done done) { (*found)->close(Status::kDeleting, std::move(done)); });
  if (!closed) return closed;
  for (const auto& tool : impl_->with.tools.all()) tool->close_conversation(id);
  auto removed = impl_->store.remove(id, (*found)->claim());
  if (!removed && removed.error().kind != Error::Kind::kNotFound) return removed;
  impl_->with.log.forget(id);
  impl_->held.erase(id);
  std::error_code ignored;
  std::filesystem::remove_all(impl_->folder_of(id), ignored);
  if (impl_->removed) impl_->removed(id);
  return removed;
}

void ConversationService::on_removed(std::function<void(const std::string& id)> callback) {
  impl_->removed = std::move(callback);
}

Result<ConversationService::Page> ConversationService::search(const storage::ConversationQuery& query) {
  auto rows = impl_->store.search(query);
  if (!rows) return rows.error();
  Page page;
  page.next_page_id = rows->next_page_id;
  for (const auto& row : rows->items) {
    auto loaded = from_row(row, impl_->with.box);
    if (!loaded) return loaded.error();
    page.documents.push_back(document(loaded->state, loaded->usage));
  }
  return page;
}

Result<std::int64_t> ConversationService::count(const std::string& status) {
  return impl_->store.count(status);
}

Result<std::vector<std::string>> ConversationService::ids() {
  auto rows = impl_->store.all();
  if (!rows) return rows.error();
  std::vector<std::string> ids;
  for (auto& row : *rows) ids.push_back(std::move(row.id));
  return ids;
}

}  // namespace collet::conversation
