#include "plugins/host.hpp"

#include <algorithm>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <optional>
#include <utility>

#include "agent/tool.hpp"
#include "base/log.hpp"
#include "collet/json.hpp"
#include "http/router.hpp"
#include "llm/provider.hpp"
#include "plugins/config_schema.hpp"
#include "plugins/event_feature.hpp"
#include "plugins/guest.hpp"
#include "plugins/llm_feature.hpp"
#include "plugins/loading.hpp"
#include "plugins/nearest.hpp"
#include "plugins/route_feature.hpp"
#include "plugins/section.hpp"
#include "plugins/socket_feature.hpp"
#include "plugins/tool_feature.hpp"
#include "plugins/words.hpp"

namespace collet::plugins {
namespace {

constexpr std::size_t kCancelThreads = 4;  // so many plugins' cancels may hang until others wait for theirs
constexpr std::size_t kStreamThreads = 4;
// Each stream waits there at most once, so the number of connections bounds the queue; this never does.
constexpr std::size_t kStreamQueue = 1'000'000;

// The plugin that is being loaded. Any thread; never destroyed.
struct Candidate {
  std::mutex mutex;
  std::string name;  // guarded by mutex; empty: none
};
Candidate& candidate() {
  static auto& one = *std::make_unique<Candidate>().release();
  return one;
}

// At the process's exit: a plugin that calls exit() while it is loaded must not look like a server that has
// ended well.
void tell_who_exits() {
  const std::lock_guard lock(candidate().mutex);
  if (candidate().name.empty()) return;
  std::fprintf(stderr, "collet: plugin %s has ended the process while it was loaded\n",
               candidate().name.c_str());
  std::_Exit(1);
}

void set_candidate(const std::string& name) {
  static const int registered = std::atexit(&tell_who_exits);
  (void)registered;
  const std::lock_guard lock(candidate().mutex);
  candidate().name = name;
}

}  // namespace

struct PluginHost::Impl {
  Impl(Options wanted, process::Spawner& spawner)
      : options(std::move(wanted)),
        household{.spawner = spawner,
                  .state_dir = options.state_dir,
                  .calls = WorkerPool({.threads = options.call_threads, .queue_length = options.call_queue}),
                  .cancels = WorkerPool(
                      {.threads = kCancelThreads, .queue_length = options.call_queue, .per_owner = 1}),
                  .completions = WorkerPool({.threads = 2, .queue_length = options.call_queue}),
                  .callbacks =
                      WorkerPool({.threads = options.callback_threads, .queue_length = options.call_queue}),
                  .streams = WorkerPool({.threads = kStreamThreads, .queue_length = kStreamQueue}),
                  .most_open = options.call_queue,
                  .deadlines = {},
                  .create_patience = options.create_patience,
                  .stop_patience = options.stop_patience,
                  .tool_grace = options.tool_grace,
                  .core_version = options.core_version} {
    options.own_directory = (options.own_directory / "").lexically_normal().parent_path();
  }

  Result<void> check_section(const Section& section, const std::vector<std::filesystem::path>& files);
  Result<void> add_guest(const Section& section, const std::filesystem::path& file);
  Result<void> load(Guest& guest, const PluginSection& section, http::Router& router,
                    agent::ToolRegistry& tools, llm::Providers& providers);
  /// The plugin's own keys, checked, with the defaults of its schema filled in.
  Result<std::string> own_config(const Guest& guest, const PluginSection& section) const;
  /// For a host that something of a plugin may still use.
  static void keep_for_ever(std::unique_ptr<Impl> impl);

  Options options;
  Household household;
  std::vector<std::unique_ptr<Guest>> guests;  // in load order
  bool stopped = false;
};

// A section for a plugin that isn't there is a typing error, unless it only says what to do if there is one:
// then an optional plugin is refused.
Result<void> PluginHost::Impl::check_section(const Section& section,
                                             const std::vector<std::filesystem::path>& files) {
  std::vector<std::string> names;
  names.reserve(files.size());
  for (const auto& file : files) names.push_back(file.stem().string());
  for (const auto& [name, wanted] : section.plugins) {
    if (wanted.enabled == false || std::find(names.begin(), names.end(), name) != names.end()) continue;
    auto known = names;
    known.emplace_back("directories");
    const std::string missing = "there is no such plugin" + suggestion(name, known);
    if (!wanted.optional) return invalid("plugins." + name + ": " + missing);
    guests.push_back(std::make_unique<Guest>(household, name, std::filesystem::path(), true));
    guests.back()->refuse(missing);
  }
  return {};
}

Result<void> PluginHost::Impl::add_guest(const Section& section, const std::filesystem::path& file) {
  const std::string name = file.stem().string();
  const auto found = section.plugins.find(name);
  const PluginSection wanted = found == section.plugins.end() ? PluginSection{} : found->second;
  for (const auto& other : guests) {
    if (other->name != name) continue;
    const std::string twice =
        "plugin " + name + " is there twice: " + other->file.string() + " and " + file.string();
    if (!wanted.optional) return invalid(twice);
    log::error(other->part, twice + "; the second is left out");
    return {};
  }
  const bool first_party = file.parent_path() == options.own_directory;
  guests.push_back(std::make_unique<Guest>(household, name, file, wanted.optional));
  guests.back()->tool_time = wanted.tool_time;
  guests.back()->may_manage = wanted.manage.value_or(first_party);
  if (!wanted.enabled.value_or(first_party))
    guests.back()->set_state(State::kDisabled);
  else
    guests.back()->set_state(State::kCreated);
  return {};
}

Result<std::string> PluginHost::Impl::own_config(const Guest& guest, const PluginSection& section) const {
  auto schema = parse_schema(guest.identity.config_schema);
  auto own = json::parse(section.own);
  if (!schema || !own) return invalid("its config cannot be read");
  auto& allocator = schema->GetAllocator();
  if (json::find(*schema, "properties") == nullptr)
    json::set(*schema, "properties", json::Value(rapidjson::kObjectType), allocator);
  json::Value& properties = *json::find(*schema, "properties");
  for (const char* key : kHostKeys) {
    if (json::find(properties, key) != nullptr)
      return invalid("its config schema has a key '" + std::string(key) + "', which is the host's own");
    // Known too, for whoever mistypes it.
    json::set(properties, key, json::Value(rapidjson::kObjectType), allocator);
  }
  fill_defaults(*schema, *own, own->GetAllocator());
  if (const std::string wrong = check_value(*schema, *own, "plugins." + guest.name); !wrong.empty())
    return invalid(wrong);
  return json::dump(*own);
}

Result<void> PluginHost::Impl::load(Guest& guest, const PluginSection& section, http::Router& router,
                                    agent::ToolRegistry& tools, llm::Providers& providers) {
  // What the loader runs of the library may hang as well.
  const auto loaded = std::make_shared<std::optional<Result<Loading>>>();
  auto visited = guest.visit(
      "loading", options.create_patience,
      [loaded, file = guest.file, sha256 = section.sha256] { loaded->emplace(load_checked(file, sha256)); });
  if (!visited) return visited;
  const auto& loading = **loaded;
  if (!loading) return loading.error();
  guest.identity = loading->identity;
  for (const auto& other : guests)
    if (other.get() != &guest && other->state() != State::kRefused &&
        other->identity.id == loading->identity.id)
      return invalid("its id " + loading->identity.id + " is the one of " + other->file.string());
  auto own = own_config(guest, section);
  if (!own) return own.error();
  guest.readable_secrets = section.secrets;
  if (auto created = guest.create(*loading, std::move(*own)); !created) return created;
  // The tools last: they come all or none.
  auto added = register_routes(guest, router);
  if (added) added = register_sockets(guest, router);
  if (added) added = register_providers(guest, providers);
  if (added) added = register_tools(guest, tools);
  if (added) return {};
  router.remove(guest.name);
  for (const auto& name : guest.providers) providers.remove(name);
  return added;
}

void PluginHost::Impl::keep_for_ever(std::unique_ptr<Impl> impl) {
  static std::mutex mutex;
  static auto& kept =
      *new std::vector<std::unique_ptr<Impl>>;  // NOLINT: never freed, and found by leak checkers
  const std::lock_guard lock(mutex);
  kept.push_back(std::move(impl));
}

PluginHost::PluginHost(Options options, process::Spawner& spawner)
    : impl_(std::make_unique<Impl>(std::move(options), spawner)) {}

PluginHost::~PluginHost() {
  if (stop_all())
    while (!impl_->guests.empty()) impl_->guests.pop_back();
  else
    Impl::keep_for_ever(std::move(impl_));
}

Result<void> PluginHost::load_all(http::Router& router, agent::ToolRegistry& tools,
                                  llm::Providers& providers) {
  Impl& self = *impl_;
  self.household.tools = &tools;
  auto section = parse_section(self.options.config);
  if (!section) return section.error();
  auto files = discover(self.options.own_directory, section->directories);
  if (!files) return files.error();
  if (auto checked = self.check_section(*section, *files); !checked) return checked;
  for (const auto& file : *files)
    if (auto added = self.add_guest(*section, file); !added) return added;

  bool calls = false, any = false;
  for (const auto& guest : self.guests) {
    if (guest->state() != State::kCreated) continue;
    set_candidate(guest->name);
    const auto loaded = self.load(*guest, section->plugins[guest->name], router, tools, providers);
    set_candidate({});
    if (!loaded) {
      if (!guest->optional)
        return invalid("plugin " + guest->name + " (" + guest->file.string() +
                       ") is refused: " + line_for_people(loaded.error().message));
      guest->refuse(loaded.error().message);
      continue;
    }
    self.household.guests[guest->name] = guest.get();
    calls = calls || !guest->tools.empty() || !guest->providers.empty();
    any = true;
  }
  if (any)
    for (auto* pool : {&self.household.callbacks, &self.household.completions, &self.household.streams})
      if (auto started = pool->start(); !started) return started;
  if (!calls) return {};
  if (auto started = self.household.deadlines.start(); !started) return started;
  if (auto started = self.household.cancels.start(); !started) return started;
  return self.household.calls.start();
}

void PluginHost::set_conversations(ConversationAccess& access) { impl_->household.conversations = &access; }

void PluginHost::set_settings(const settings::SettingsService& settings, const settings::SecretStore& secrets,
                              secrets::Audit& audit) {
  impl_->household.settings_service = &settings;
  impl_->household.secret_store = &secrets;
  impl_->household.audit = &audit;
}

void PluginHost::set_management(ManagementAccess& access) { impl_->household.management = &access; }

void PluginHost::set_documents(settings::PluginDocuments& documents) {
  impl_->household.documents = &documents;
}

void PluginHost::set_outbound(outbound::Client& client) { impl_->household.outbound_client = &client; }

void PluginHost::conversation_removed(const std::string& id) {
  for (const auto& guest : impl_->guests) end_follows_of(*guest, id);
}

void PluginHost::start_all() {
  // Outlives this call where a start takes longer.
  struct Progress {
    std::mutex mutex;
    std::condition_variable none;
    std::size_t left = 0;
  };
  const auto progress = std::make_shared<Progress>();
  std::vector<Guest*> starting;
  for (const auto& guest : impl_->guests)
    if (guest->state() == State::kCreated) starting.push_back(guest.get());
  progress->left = starting.size();
  for (Guest* guest : starting) {
    guest->begin_start([progress] {
      const std::lock_guard lock(progress->mutex);
      if (--progress->left == 0) progress->none.notify_all();
    });
  }
  std::unique_lock lock(progress->mutex);
  if (progress->none.wait_for(lock, impl_->options.start_patience, [&] { return progress->left == 0; }))
    return;
  lock.unlock();
  for (const Guest* guest : starting)
    if (guest->state() == State::kStarting)
      log::warning(guest->part, "its start takes long; its routes answer 503 until it has ended");
}

bool PluginHost::stop_all() {
  auto& guests = impl_->guests;
  const auto settled = [&] {
    return std::all_of(guests.begin(), guests.end(), [](const auto& guest) { return guest->settled(); });
  };
  if (std::exchange(impl_->stopped, true)) return settled();
  std::for_each(guests.rbegin(), guests.rend(), [](const auto& guest) { guest->stop(); });
  impl_->household.deadlines.stop();
  impl_->household.calls.close();
  impl_->household.cancels.close();
  impl_->household.callbacks.close();
  impl_->household.completions.close();
  impl_->household.streams.close();
  std::for_each(guests.rbegin(), guests.rend(), [](const auto& guest) { guest->destroy(); });
  if (!settled()) return false;
  impl_->household.calls.stop();
  impl_->household.cancels.stop();
  impl_->household.callbacks.stop();
  impl_->household.completions.stop();
  impl_->household.streams.stop();
  return true;
}

std::vector<PluginStatus> PluginHost::status() const {
  std::vector<PluginStatus> all;
  for (const auto& guest : impl_->guests) all.push_back(guest->status());
  return all;
}

}  // namespace collet::plugins
