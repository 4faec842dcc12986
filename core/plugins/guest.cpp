#include "plugins/guest.hpp"

#include <system_error>
#include <utility>

#include "base/log.hpp"
#include "plugins/boundary.hpp"
#include "plugins/event_feature.hpp"
#include "plugins/host_features.hpp"
#include "plugins/http_feature.hpp"
#include "plugins/llm_feature.hpp"
#include "plugins/socket_feature.hpp"
#include "plugins/tool_feature.hpp"
#include "plugins/tool_run.hpp"

namespace collet::plugins {

std::string_view to_string(State state) {
  switch (state) {
    case State::kDisabled:
      return "disabled";
    case State::kRefused:
      return "refused";
    case State::kCreated:
      return "created";
    case State::kStarting:
      return "starting";
    case State::kStarted:
      return "started";
    case State::kFailed:
      return "failed";
    case State::kStopped:
      return "stopped";
  }
  return "unknown";
}

Guest::Guest(Household& shared, std::string guest_name, std::filesystem::path guest_file, bool is_optional)
    : household(shared),
      name(std::move(guest_name)),
      file(std::move(guest_file)),
      optional(is_optional),
      part("plugin " + name),
      store(shared.state_dir, name),
      processes(shared.spawner),
      host_{sizeof(collet_host), COLLET_ABI_MAJOR, COLLET_ABI_MINOR, this, &find_host_feature} {}

Guest::~Guest() {
  if (instance == nullptr) return;
  if (!settled_) {
    log::warning(part, "calls are still inside it; it is not destroyed");
    return;
  }
  if (const auto thrown = caught([&] { entry_->destroy(instance); }); !thrown.empty())
    log::error(part, "destroy threw: " + thrown);
}

Result<void> Guest::create(const Loading& loading, std::string own_config) {
  entry_ = loading.entry;
  identity = loading.identity;
  config = std::move(own_config);
  std::string words;
  collet_plugin* made = nullptr;
  collet_status status = COLLET_INTERNAL;
  const auto thrown =
      caught([&] { status = entry_->create(&host_, detail::to_str(config), detail::into(words), &made); });
  if (!thrown.empty()) return invalid("its create threw: " + thrown);
  if (status != COLLET_OK)
    return invalid("its create failed: " + (words.empty() ? "no reason given" : words));
  if (made == nullptr) return invalid("its create made nothing");
  instance = made;
  return {};
}

const void* Guest::find_feature(const char* id) const {
  const void* found = nullptr;
  const auto thrown = caught([&] { found = entry_->feature(instance, id); });
  if (thrown.empty()) return found;
  log::error(part, std::string("feature ") + id + " threw: " + thrown);
  return nullptr;
}

void Guest::begin_start(std::function<void()> ended) {
  state_ = State::kStarting;
  starter_ = std::thread([this, ended = std::move(ended)] {
    run_start();
    ended();
  });
}

void Guest::run_start() {
  std::string words;
  collet_status status = COLLET_INTERNAL;
  const auto thrown = caught([&] { status = entry_->start(instance, detail::into(words)); });
  if (!thrown.empty()) return fail(State::kFailed, "its start threw: " + thrown);
  if (status != COLLET_OK)
    return fail(State::kFailed, "its start failed: " + (words.empty() ? "no reason given" : words));
  state_ = State::kStarted;
  gate.open();
  log::debug(part, "started");
}

void Guest::stop(std::chrono::milliseconds patience) {
  if (starter_.joinable()) {
    if (state_ == State::kStarting) log::info(part, "waiting for the end of its start");
    starter_.join();
  }
  if (state_ != State::kStarted) {
    processes.release_all();
    settled_ = processes.wait_none(std::chrono::steady_clock::now() + patience);
    return;
  }
  state_ = State::kStopped;
  const auto until = std::chrono::steady_clock::now() + patience;
  cancel_tool_calls(*this);
  cancel_model_calls(*this);
  close_sessions(*this);
  end_follows(*this, COLLET_UNAVAILABLE);
  cancel_http_calls(*this);
  const bool told = sessions.wait_none(until) && follows.wait_none(until) &&
                    http_calls.wait_none(until);  // while the gate is open
  // Those that were just being started are cancelled behind the gate.
  gate.shut();
  cancel_tool_calls(*this);
  cancel_model_calls(*this);
  settled_ = gate.wait_empty(until) && told && replies.wait_none(until) && tool_runs.wait_none(until) &&
             model_runs.wait_none(until);
  if (!settled_) log::warning(part, "calls have not ended in time");
  if (const auto thrown = caught([&] { entry_->stop(instance); }); !thrown.empty())
    log::error(part, "stop threw: " + thrown);
  give_up_what_is_owed();
  processes.release_all();
  settled_ = processes.wait_none(std::chrono::steady_clock::now() + patience) && settled_;
}

void Guest::give_up_what_is_owed() {
  for (auto& reply : replies.take_all()) reply.send(http::Response::error(503, "The server is stopping."));
  // Both answer what they owe when they go.
  tool_runs.take_all();
  model_runs.take_all();
  sessions.take_all();
  follows.take_all();
  http_calls.take_all();
}

void Guest::fail(State state, std::string error) {
  log::error(part, error);
  {
    const std::lock_guard lock(mutex_);
    error_ = std::move(error);
  }
  state_ = state;
}

std::string Guest::error() const {
  const std::lock_guard lock(mutex_);
  return error_;
}

std::string Guest::absence() const {
  return "The plugin '" + name + "' is " + std::string(to_string(state())) + ".";
}

PluginStatus Guest::status() const {
  PluginStatus status;
  status.name = name;
  status.id = identity.id;
  status.version = identity.version;
  status.file = file.string();
  status.state = state();
  status.error = error();
  if (status.state == State::kDisabled || status.state == State::kRefused) return status;
  status.routes = routes;
  status.sockets = sockets;
  status.tools = tools;
  status.providers = providers;
  for (const auto& [handle, run] : tool_runs.all()) status.running.push_back(run->describe());
  status.requests.running = replies.size();
  status.tool_calls = {household.calls.queue_depth(tool_queue(name)), status.running.size()};
  status.model_calls = {household.calls.queue_depth(model_queue(name)), model_runs.size()};
  status.news_waiting = household.callbacks.queue_depth(session_queue(name)) +
                        household.callbacks.queue_depth(event_queue(name));
  return status;
}

}  // namespace collet::plugins
