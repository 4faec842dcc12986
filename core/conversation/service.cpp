#include "conversation/service.hpp"

#include <future>
#include <map>
#include <mutex>
#include <thread>

#include "base/id.hpp"
#include "base/log.hpp"
#include "conversation/live_conversation.hpp"
#include "conversation/ownership_watch.hpp"
#include "conversation/start_setup.hpp"
#include "conversation/stored_conversation.hpp"
#include "conversation/workspace.hpp"

namespace collet::conversation {
namespace {

// Lookups may wait for the network; each conversation has one of these at most.
constexpr std::size_t kSecretReaders = 8;
constexpr std::size_t kSecretQueue = 1024;
// Commands for conversations that must be taken first, one after the other for each conversation.
constexpr std::size_t kTakers = 4;
constexpr std::size_t kTakerQueue = 256;

// Waits for a callback; `ask` gets the function that it must call.
Result<void> wait_for(const std::function<void(Conversation::Done)>& ask) {
  auto promise = std::make_shared<std::promise<Result<void>>>();
  auto answer = promise->get_future();
  ask([promise](Result<void> result) { promise->set_value(std::move(result)); });
  return answer.get();
}

}  // namespace

struct ConversationService::Impl {
  Impl(Options o, Dependencies d)
      : options(std::move(o)),
        with(d),
        store(d.database),
        slots(options.max_concurrent_runs),
        work(asio::make_work_guard(io)),
        secret_readers({.threads = kSecretReaders, .queue_length = kSecretQueue, .per_owner = 1}),
        takers({.threads = kTakers, .queue_length = kTakerQueue, .per_owner = 1}),
        around{io,        d.log,          d.providers,
               d.tools,   slots,          d.box,
               d.secrets, secret_readers, [this](const std::string& id) { on_lost(id); }} {}

  std::string folder_of(const std::string& id) const {
    return (options.state_dir / "conversations" / without_dashes(id)).string();
  }
  using Live = std::shared_ptr<LiveConversation>;
  Live find_live(const std::string& id);
  Result<Live> load(const storage::ConversationRow& row, std::optional<storage::Claim> claim);
  /// To look at, or to command.
  Result<std::shared_ptr<Conversation>> find(const std::string& id);
  /// As this server's own: taken from the database where several servers share it.
  Result<Live> take(const std::string& id);
  void take_later(const std::string& id, StoredConversation::Taken taken);
  void give_up(const std::string& id);
  Result<void> adopt(ConversationService& service, const std::string& id);
  Result<void> start_sharing(ConversationService& service);
  Result<void> recover(Conversation& conversation);
  void on_lost(const std::string& id);
  void stop_watching();
  Result<Setup> setup_for(const StartRequest& request, const std::string& id) const;
  Result<void> repair(const std::string& status,
                      const std::function<Result<void>(const std::string& id)>& how);

  Options options;
  Dependencies with;
  storage::ConversationStore store;
  RunSlots slots;
  asio::io_context io;
  asio::executor_work_guard<asio::io_context::executor_type> work;
  WorkerPool secret_readers;
  WorkerPool takers;
  Surroundings around;
  std::mutex taking;         // held while one is taken, so that it is loaded once; before `mutex`
  mutable std::mutex mutex;  // guards `live`
  std::map<std::string, Live> live;
  bool stopping = false;  // guarded by `mutex` too
  std::function<void(const std::string& id)> removed;
  std::vector<std::thread> threads;
  std::unique_ptr<storage::Claims> claims;  // null: no other server can be there
  std::unique_ptr<OwnershipWatch> watch;    // guarded by `mutex`
};

ConversationService::ConversationService(Options options, Dependencies dependencies)
    : impl_(std::make_unique<Impl>(std::move(options), dependencies)) {}

ConversationService::~ConversationService() { stop(); }

ConversationService::Load ConversationService::load() const {
  const auto slots = impl_->slots.load();
  const std::lock_guard lock(impl_->mutex);
  return {impl_->live.size(), slots.running, slots.waiting};
}

ConversationService::Impl::Live ConversationService::Impl::find_live(const std::string& id) {
  const std::lock_guard lock(mutex);
  const auto it = live.find(id);
  return it == live.end() ? nullptr : it->second;
}

Result<ConversationService::Impl::Live> ConversationService::Impl::load(const storage::ConversationRow& row,
                                                                        std::optional<storage::Claim> claim) {
  auto loaded = from_row(row, with.box);
  if (!loaded) return loaded.error();
  auto made =
      LiveConversation::make(around, std::move(loaded->state), std::move(loaded->usage), std::move(claim));
  if (!made) return made.error();
  const std::lock_guard lock(mutex);
  if (stopping && claims) return unavailable("The server is stopping");
  return live.emplace(row.id, std::move(*made)).first->second;
}

Result<std::shared_ptr<Conversation>> ConversationService::Impl::find(const std::string& id) {
  if (auto ours = find_live(id)) return std::shared_ptr<Conversation>(std::move(ours));
  const auto row = store.get(id);
  if (!row) return row.error();
  if (!claims) {
    auto ours = load(*row, {});
    if (!ours) return ours.error();
    return std::shared_ptr<Conversation>(std::move(*ours));
  }
  auto loaded = from_row(*row, with.box);
  if (!loaded) return loaded.error();
  return std::shared_ptr<Conversation>(std::make_shared<StoredConversation>(
      around, std::move(*loaded), [this](const std::string& wanted, StoredConversation::Taken taken) {
        take_later(wanted, std::move(taken));
      }));
}

Result<ConversationService::Impl::Live> ConversationService::Impl::take(const std::string& id) {
  const std::lock_guard one_at_a_time(taking);
  if (auto ours = find_live(id)) return ours;
  std::optional<storage::Claim> claim;
  if (claims) {
    auto taken = claims->take(id);
    if (!taken) return taken.error();
    claim = std::move(*taken);
  }
  const auto row = store.get(id);
  if (!row) return row.error();
  auto ours = load(*row, std::move(claim));
  if (!ours || !claims || row->status != name_of(Status::kRunning)) return ours;
  // Its owner ended in the middle of a run.
  if (auto recovered = recover(**ours); !recovered) return recovered.error();
  return ours;
}

void ConversationService::Impl::take_later(const std::string& id, StoredConversation::Taken taken) {
  const auto shared = std::make_shared<StoredConversation::Taken>(std::move(taken));
  const bool queued = takers.post(id, [this, id, shared] {
    auto ours = take(id);
    (*shared)(ours ? Result<std::shared_ptr<Conversation>>(std::move(*ours))
                   : Result<std::shared_ptr<Conversation>>(ours.error()));
  });
  if (!queued) (*shared)(unavailable("Too many commands wait for this conversation"));
}

Result<void> ConversationService::Impl::recover(Conversation& conversation) {
  return wait_for([&](Conversation::Done done) { conversation.recover(std::move(done)); });
}

// Another server owns it: its run here ends, and nothing of it is stored any more.
void ConversationService::Impl::give_up(const std::string& id) {
  Live lost;
  {
    const std::lock_guard lock(mutex);
    const auto it = live.find(id);
    if (it == live.end()) return;
    lost = std::move(it->second);
    live.erase(it);
  }
  log::error("conversation",
             id + ": another server has taken it over, since this one was not heard of; what runs "
                  "here is stopped, and nothing of it is stored any more");
  static_cast<void>(
      wait_for([&](Conversation::Done done) { lost->close(Status::kPaused, std::move(done)); }));
  for (const auto& tool : with.tools.all()) tool->close_conversation(id);
}

void ConversationService::Impl::on_lost(const std::string& id) {
  const std::lock_guard lock(mutex);
  if (watch) watch->lost(id);
}

void ConversationService::Impl::stop_watching() {
  std::unique_ptr<OwnershipWatch> ended;
  {
    const std::lock_guard lock(mutex);
    ended = std::move(watch);
  }
  if (ended) takers.stop();
}

// Its owner has crashed. Another server may be quicker than we.
Result<void> ConversationService::Impl::adopt(ConversationService& service, const std::string& id) {
  auto ours = take(id);
  if (!ours) {
    const bool taken =
        ours.error().kind == Error::Kind::kConflict || ours.error().kind == Error::Kind::kNotFound;
    return taken ? Result<void>() : Result<void>(ours.error());
  }
  const auto row = store.get(id);
  if (row && row->status == name_of(Status::kDeleting)) return service.remove(id);
  return {};
}

Result<void> ConversationService::Impl::start_sharing(ConversationService& service) {
  const auto node = storage::node_of(options.state_dir);
  if (!node) return node.error();
  options.claims.node = *node;
  auto started = storage::Claims::start(with.database, options.claims);
  if (!started) return started.error();
  claims = std::move(*started);
  if (auto running = takers.start(); !running) return running;
  for (const auto* status : {"running", "deleting"}) {
    const auto orphans = claims->orphans(status);
    if (!orphans) return orphans.error();
    for (const auto& id : *orphans)
      if (auto adopted = adopt(service, id); !adopted) return adopted;
  }
  auto begun = std::make_unique<OwnershipWatch>(
      *claims, OwnershipWatch::Handlers{[this] {
                                          std::vector<std::pair<std::string, storage::Claim>> held;
                                          const std::lock_guard lock(mutex);
                                          for (const auto& [id, ours] : live)
                                            if (ours->claim()) held.emplace_back(id, *ours->claim());
                                          return held;
                                        },
                                        [this](const std::string& id) { give_up(id); },
                                        [this, &service](const std::string& id) {
                                          if (auto adopted = adopt(service, id); !adopted)
                                            log::error("conversation", adopted.error().message,
                                                       {.conversation = id});
                                        }});
  const std::lock_guard lock(mutex);
  watch = std::move(begun);
  return {};
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
  if (impl_->with.database.is_shared()) return impl_->start_sharing(*this);
  auto repaired = impl_->repair("running", [this](const std::string& id) -> Result<void> {
    auto found = impl_->take(id);
    if (!found) return found.error();
    return impl_->recover(**found);
  });
  if (!repaired) return repaired;
  return impl_->repair("deleting", [this](const std::string& id) { return remove(id); });
}

void ConversationService::pause_all(std::chrono::milliseconds grace) {
  impl_->stop_watching();
  std::map<std::string, Impl::Live> live;
  {
    const std::lock_guard lock(impl_->mutex);
    impl_->stopping = true;
    live = impl_->live;
  }
  std::vector<std::future<void>> closed;
  for (auto& [id, conversation] : live) {
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
  impl_->claims.reset();
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
    if (auto existing = impl_->find(id); existing) return Started{*existing, false};
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
  std::optional<storage::Claim> claim;
  if (impl_->claims) claim = impl_->claims->first();
  auto made = LiveConversation::make(impl_->around, state, {}, claim);
  if (!made) return made.error();
  {
    // Two starts with one id at the same time: the first one counts.
    const std::lock_guard lock(impl_->mutex);
    if (impl_->stopping) return unavailable("The server is stopping");
    const auto [it, first] = impl_->live.emplace(id, *made);
    if (!first) return Started{it->second, false};
  }
  auto row = to_row(state, {});
  row.claim = claim;
  if (auto saved = impl_->store.create(row); !saved) {
    {
      const std::lock_guard lock(impl_->mutex);
      impl_->live.erase(id);
    }
    // Two starts on two servers: the first one counts here too.
    if (saved.error().kind != Error::Kind::kConflict) return saved.error();
    auto existing = impl_->find(id);
    return existing ? Result<Started>(Started{*existing, false}) : Result<Started>(existing.error());
  }
  if (!request.initial_content.empty()) {
    auto sent = wait_for([&](Conversation::Done done) {
      (*made)->send({request.initial_content, request.initial_sender}, true, std::move(done));
    });
    if (!sent) return sent.error();
  }
  return Started{*made, true};
}

Result<std::shared_ptr<Conversation>> ConversationService::get(const std::string& id) {
  return impl_->find(id);
}

Result<void> ConversationService::remove(const std::string& id) {
  auto found = impl_->take(id);
  if (!found) return found.error();
  auto closed =
      wait_for([&](Conversation::Done done) { (*found)->close(Status::kDeleting, std::move(done)); });
  if (!closed) return closed;
  for (const auto& tool : impl_->with.tools.all()) tool->close_conversation(id);
  auto removed = impl_->store.remove(id, (*found)->claim());
  if (!removed && removed.error().kind != Error::Kind::kNotFound) return removed;
  impl_->with.log.forget(id);
  {
    const std::lock_guard lock(impl_->mutex);
    impl_->live.erase(id);
  }
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
