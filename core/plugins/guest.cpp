#include "plugins/guest.hpp"

#include <algorithm>
#include <memory>
#include <system_error>
#include <utility>

#include "base/log.hpp"
#include "base/time.hpp"
#include "plugins/answer_source.hpp"
#include "plugins/boundary.hpp"
#include "plugins/event_feature.hpp"
#include "plugins/host_features.hpp"
#include "plugins/http_feature.hpp"
#include "plugins/llm_feature.hpp"
#include "plugins/request_body.hpp"
#include "plugins/socket_feature.hpp"
#include "plugins/tool_feature.hpp"
#include "plugins/tool_run.hpp"

namespace collet::plugins {

std::string stream_queue(const std::string& plugin) { return "streams of " + plugin; }

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

Result<void> Guest::visit(const std::string& what, std::chrono::milliseconds patience,
                          std::function<void()> work) {
  const auto thrown = std::make_shared<std::string>();
  try {
    Errand errand([thrown, work = std::move(work)] { *thrown = caught(work); });
    if (!errand.wait(std::chrono::steady_clock::now() + patience)) {
      settled_ = false;
      return unavailable("its " + what + " has not returned within " + in_seconds(patience) +
                         "; its thread is left behind");
    }
  } catch (const std::system_error& e) {
    return unavailable("there is no thread for its " + what + ": " + e.what());
  }
  if (!thrown->empty()) return invalid("its " + what + " threw: " + *thrown);
  return {};
}

void Guest::post_cancel(std::function<void()> cancel) {
  const bool queued = household.cancels.post(name, [this, cancel = std::move(cancel)] {
    if (const auto pass = gate.enter()) cancel();
  });
  if (!queued && state() == State::kStarted)
    log::warning(part, "a call could not be cancelled: too many cancels wait");
}

Result<void> Guest::create(const Loading& loading, std::string own_config) {
  entry_ = loading.entry;
  config = std::move(own_config);
  struct Creation {
    std::string config, words;
    collet_plugin* made = nullptr;
    collet_status status = COLLET_INTERNAL;
  };
  const auto creation = std::make_shared<Creation>();
  creation->config = config;
  auto visited =
      visit("create", household.create_patience, [creation, create = entry_->create, host = &host_] {
        creation->status =
            create(host, detail::to_str(creation->config), detail::into(creation->words), &creation->made);
      });
  if (!visited) return visited;
  if (creation->status != COLLET_OK)
    return invalid("its create failed: " + (creation->words.empty() ? "no reason given" : creation->words));
  if (creation->made == nullptr) return invalid("its create made nothing");
  instance = creation->made;
  return {};
}

const void* Guest::find_feature(const char* id) {
  const auto found = std::make_shared<const void*>(nullptr);
  const auto visited =
      visit("feature " + std::string(id), household.create_patience,
            [found, id, made = instance, feature = entry_->feature] { *found = feature(made, id); });
  if (visited) return *found;
  log_error(visited.error().message);
  return nullptr;
}

void Guest::begin_start(const std::function<void()>& ended) {
  state_ = State::kStarting;
  outward.open();
  try {
    starter_ = std::make_unique<Errand>([this, ended] {
      run_start();
      ended();
    });
  } catch (const std::system_error& e) {
    fail(std::string("there is no thread for its start: ") + e.what());
    ended();
  }
}

void Guest::run_start() {
  std::string words;
  collet_status status = COLLET_INTERNAL;
  const auto thrown = caught([&] { status = entry_->start(instance, detail::into(words)); });
  if (!thrown.empty()) return fail_start("its start threw: " + thrown);
  if (status != COLLET_OK)
    return fail_start("its start failed: " + (words.empty() ? "no reason given" : words));
  auto expected = State::kStarting;
  if (!state_.compare_exchange_strong(expected, State::kStarted)) return;  // stopped meanwhile: too late
  gate.open();
  log::debug(part, "started");
}

void Guest::fail_start(std::string_view why) {
  fail(why);
  end_what_it_asked_for();
}

// The ends are told to it. What it asks for from now on finds its state.
void Guest::end_what_it_asked_for() {
  end_follows(*this, COLLET_UNAVAILABLE);
  cancel_http_calls(*this);
}

// False: it has not ended, and is left behind.
bool Guest::wait_for_start() {
  if (!starter_) return true;
  if (state_ == State::kStarting) {
    log::info(part, "waiting for the end of its start");
    end_what_it_asked_for();  // which it may be waiting for
  }
  if (starter_->wait(std::chrono::steady_clock::now() + household.stop_patience)) return true;
  auto expected = State::kStarting;
  state_.compare_exchange_strong(expected, State::kStopped);
  log::warning(part, "its start has not returned; its thread is left behind");
  return false;
}

// All that are in the plugin, also behind the shut gate. False: some cancel has not returned in time.
bool Guest::cancel_calls(std::chrono::steady_clock::time_point until) {
  using std::chrono::milliseconds;
  if (tool_runs.size() + model_runs.size() == 0) return true;
  const auto left = std::chrono::ceil<milliseconds>(until - std::chrono::steady_clock::now());
  const auto cancelled = visit("cancel", std::max(left, milliseconds(0)), [this] {
    cancel_tool_calls(*this);
    cancel_model_calls(*this);
  });
  if (!cancelled) log_error(cancelled.error().message);
  return cancelled.ok();
}

void Guest::stop() {
  const auto patience = household.stop_patience;
  settled_ = wait_for_start() && settled_;
  starter_.reset();
  const auto until = std::chrono::steady_clock::now() + patience;
  if (state_ != State::kStarted) return stop_unstarted(until);
  state_ = State::kStopped;
  const bool cancelled = cancel_calls(until);
  close_sessions(*this);
  end_what_it_asked_for();
  end_streams();
  const bool told = sessions.wait_none(until) && follows.wait_none(until) && http_calls.wait_none(until) &&
                    bodies.wait_none(until);  // while the gate is open
  // Those that were just being started are cancelled behind the gate.
  gate.shut();
  outward.shut();
  if (cancelled) cancel_calls(until);
  settled_ = gate.wait_empty(until) && outward.wait_empty(until) && settled_;
  const bool inside = !settled_;
  end_streams();  // those of requests that were just being handled
  const bool answered = told && replies.wait_none(until) && tool_runs.wait_none(until) &&
                        model_runs.wait_none(until) && streams_end(until);
  if (inside || !answered) log::warning(part, "calls have not ended in time");
  settled_ = answered && settled_;
  if (inside) {
    log::warning(part, "calls are still inside it; it is not stopped");  // they use what its stop would free
  } else {
    leave("stop", [made = instance, entry_stop = entry_->stop] { entry_stop(made); });
  }
  give_up_what_is_owed();
  processes.release_all();
  settled_ = processes.wait_none(std::chrono::steady_clock::now() + patience) && settled_;
}

// It may have asked for something in a start that failed or has not ended.
void Guest::stop_unstarted(std::chrono::steady_clock::time_point until) {
  end_what_it_asked_for();
  const bool told = follows.wait_none(until) && http_calls.wait_none(until);  // while the gate is open
  outward.shut();
  settled_ = outward.wait_empty(until) && told && settled_;
  follows.take_all();
  http_calls.take_all();
  processes.release_all();
  settled_ = processes.wait_none(until) && settled_;
}

void Guest::end_streams() {
  end_bodies(*this, "the plugin is being stopped");
  end_sources(*this, "the plugin is being stopped");
}

// Once nothing is owed any more, so that there can't be new ones. False: something is still inside the
// plugin.
bool Guest::streams_end(std::chrono::steady_clock::time_point until) {
  end_streams();
  return bodies.wait_none(until) && sources.wait_none(until);
}

void Guest::destroy() {
  if (instance == nullptr) return;
  if (!settled_) return log::warning(part, "calls are still inside it; it is not destroyed");
  leave("destroy",
        [made = std::exchange(instance, nullptr), entry_destroy = entry_->destroy] { entry_destroy(made); });
}

void Guest::leave(const std::string& what, std::function<void()> work) {
  const auto left = visit(what, household.stop_patience, std::move(work));
  if (left) return;
  log_error(left.error().message);
  // Also where there was no thread for it: the plugin works on, and may use everything.
  if (left.error().kind == Error::Kind::kUnavailable) settled_ = false;
}

void Guest::give_up_what_is_owed() {
  for (auto& owed : replies.take_all())
    owed.reply.send(http::Response::error(503, "The server is stopping."));
  // Both answer what they owe when they go.
  tool_runs.take_all();
  model_runs.take_all();
  sessions.take_all();
  follows.take_all();
  http_calls.take_all();
  masks.take_all();
}

void Guest::refuse(std::string_view why) {
  const std::string where = file.empty() ? "" : " (" + file.string() + ")";
  set_error(line_for_people(why));
  log::warning(part, "plugin " + name + where + " is refused: " + error() +
                         "; it is optional: the server starts without it");
  state_ = State::kRefused;
}

void Guest::fail(std::string_view why) {
  set_error(line_for_people(why));
  log::error(part, error());
  state_ = State::kFailed;
}

void Guest::set_error(std::string line) {
  const std::lock_guard lock(mutex_);
  error_ = std::move(line);
}

void Guest::log_error(const std::string& line) {
  log::error(part, line);
  note_error(line);
}

void Guest::note_error(std::string line) {
  const std::lock_guard lock(mutex_);
  last_error_ = {std::move(line), now_micros()};
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
  status.optional = optional;
  status.error = error();
  {
    const std::lock_guard lock(mutex_);
    status.last_error = last_error_;
  }
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
                        household.callbacks.queue_depth(event_queue(name)) +
                        household.streams.queue_depth(stream_queue(name));
  return status;
}

}  // namespace collet::plugins
