// Drives a plugin through its C boundary the way the server does: makes it, starts it, calls its routes,
// tools and models, stops it, and watches that it ends each call exactly once.
#pragma once
#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "collet/abi/entry.h"
#include "collet/http.hpp"
#include "collet/testing/client_socket.hpp"
#include "collet/testing/detail/json_check.hpp"
#include "collet/testing/detail/loaded_plugin.hpp"
#include "collet/testing/detail/owed.hpp"
#include "collet/testing/detail/route_calls.hpp"
#include "collet/testing/detail/utf8_check.hpp"
#include "collet/testing/fake_host.hpp"
#include "collet/testing/streams.hpp"
#include "collet/tool.hpp"

namespace collet::testing {

struct ToolResult {
  std::string observation;            ///< JSON object text; empty when the call failed
  std::string error;                  ///< why it failed; empty: it didn't
  std::vector<std::string> progress;  ///< what the tool has shown meanwhile
};

struct ModelResult {
  int status = 0;                   ///< 200, or why it failed, as an HTTP status
  std::string text;                 ///< the answer in OpenAI's form, or one line for people
  std::vector<std::string> deltas;  ///< the pieces of the answer that came before it
};

/// Thread: one; the plugin itself is called on threads of its own, as in the server.
///
/// Each call that waits (get, call_tool, RunningTool::result, …) throws std::runtime_error when the plugin
/// takes longer than `deadline`. A plugin that breaks the contract (ends a call twice or never, hands over
/// broken JSON) is told by violations(); if nobody asks, the destructor prints them and ends the test
/// program.
class PluginUnderTest {
 public:
  using Milliseconds = std::chrono::milliseconds;

  /// Makes the plugin whose entry is linked into the test program. `host` must outlive this. Throws
  /// std::runtime_error with the plugin's own words when it refuses.
  PluginUnderTest(FakeHost& host, const collet_entry& entry)
      : host_(host), entry_(entry), plugin_(std::make_unique<detail::LoadedPlugin>(host, entry)) {
    for (const auto& tool : plugin_->tool_list)
      if (!detail::is_json_object(tool.parameters))
        violations_.add("tool " + tool.name + " has parameters that are no JSON object");
  }
  /// Loads the plugin's file first; it stays loaded.
  PluginUnderTest(FakeHost& host, const std::string& file)
      : PluginUnderTest(host, detail::load_entry(file)) {}
  PluginUnderTest(const PluginUnderTest&) = delete;
  PluginUnderTest& operator=(const PluginUnderTest&) = delete;
  ~PluginUnderTest() {
    close();
    const auto found = violations_.all();
    if (judged_ || found.empty()) return;
    for (const auto& violation : found)
      std::fprintf(stderr, "%s breaks the plugin contract: %s\n", entry_.id, violation.c_str());
    std::abort();
  }

  // ---- what it offers; until close()
  std::string id() const { return entry_.id; }
  /// "GET /api/weather/{city}"
  std::vector<std::string> routes() const {
    std::vector<std::string> names;
    for (const auto& [method, pattern] : plugin_->route_list) names.push_back(method + " " + pattern);
    return names;
  }
  const std::vector<ToolInfo>& tools() const { return plugin_->tool_list; }
  /// Patterns of its WebSocket endpoints.
  const std::vector<std::string>& sockets() const { return plugin_->socket_list; }
  /// Names of its model providers.
  const std::vector<std::string>& providers() const { return plugin_->provider_list; }

  // ---- life
  /// Throws std::runtime_error with the plugin's own words when it fails.
  void start() {
    std::string words;
    if (entry_.start(plugin_->instance, collet::detail::into(words)) != COLLET_OK)
      throw std::runtime_error("start failed: " + words);
    started_ = true;
  }
  /// As the server: cancels what runs, waits for it, stops. The destructor does it too.
  void stop() {
    if (!started_) return;
    started_ = false;
    cancel_all();
    close_sockets();
    requests_.end_streams();
    host_.end_follows();
    const bool all_ended =
        requests_.wait_none(deadline) && tool_calls_.wait_none(deadline) && model_calls_.wait_none(deadline);
    wait_for_threads();
    entry_.stop(plugin_->instance);
    if (all_ended) return;
    requests_.judge();
    tool_calls_.judge();
    model_calls_.judge();
  }
  /// Stops and destroys the plugin.
  void close() {
    stop();
    plugin_.reset();
  }
  /// Closes the plugin; what it did against the contract, one line each.
  std::vector<std::string> violations() {
    close();
    judged_ = true;
    return violations_.all();
  }

  // ---- routes
  Response get(std::string_view target) { return request("GET", target); }
  Response post(std::string_view target, std::string body) {
    return request("POST", target, std::move(body));
  }
  /// `target`: path and query, "/api/weather/K%C3%B6ln?days=2". Header names in lower case. No such route:
  /// 404. A streamed body is given in pieces; what the answer has in place of a body is read into it.
  Response request(std::string_view method, std::string_view target, std::string body = {},
                   Pairs headers = {}) {
    need_started();
    const auto found = find(method, target);
    if (!found) return Response::error(404, "Not Found");
    if (!plugin_->route_traits[found->index].streamed)
      return download(method, target, std::move(body), std::move(headers)).rest();
    auto upload = this->upload(method, target, std::move(headers));
    upload.send(body);
    return upload.finish();
  }
  /// The same, but the answer is read piece by piece. Of the answer to HEAD there is nothing to read.
  Download download(std::string_view method, std::string_view target, std::string body = {},
                    Pairs headers = {}) {
    need_started();
    const auto found = find(method, target);
    if (!found) return {Response::error(404, "Not Found"), nullptr, deadline};
    const auto call = requests_.begin(*plugin_, *found, method, target, std::move(body), std::move(headers));
    return requests_.answer_of(*call, deadline);
  }
  /// The same, but the body is sent piece by piece, to a route that takes it so. Throws std::runtime_error
  /// when there is none.
  Upload upload(std::string_view method, std::string_view target, Pairs headers = {}) {
    need_started();
    const auto found = find(method, target);
    if (!found || !plugin_->route_traits[found->index].streamed)
      throw std::runtime_error("no route streams the body of " + std::string(method) + " " +
                               std::string(target));
    const auto call = requests_.begin(*plugin_, *found, method, target, {}, std::move(headers));
    return {requests_.body_of(*call), [this, call] { return requests_.answer_of(*call, deadline).rest(); },
            deadline};
  }
  /// Who may call a route; nothing: there is none.
  std::optional<Access> access(std::string_view method, std::string_view path) const {
    const auto found = plugin_->find_route(method, path);
    if (!found) return std::nullopt;
    return plugin_->route_traits[found->index].access;
  }

  // ---- tools
  /// A call under way. Good as long as the plugin is.
  class RunningTool {
   public:
    /// Asks the tool to end, as the server does when the user interrupts.
    void cancel() {
      const auto& plugin = *owner_.plugin_;
      plugin.tools->cancel(plugin.instance, index_, str(kConversation), str(call_id_));
    }
    std::vector<std::string> progress() const { return owner_.tool_calls_.progress_of(handle_); }
    /// Waits until there was progress `count` times.
    void wait_for_progress(std::size_t count = 1) const {
      if (!owner_.tool_calls_.wait_progress(handle_, count, owner_.deadline))
        throw std::runtime_error("the tool shows no progress");
    }
    bool ended() const { return owner_.tool_calls_.ended(handle_); }
    ToolResult result() const {
      ToolResult result = owner_.tool_calls_.wait(handle_, owner_.deadline);
      result.progress = progress();
      return result;
    }

   private:
    friend class PluginUnderTest;
    RunningTool(PluginUnderTest& owner, std::uint32_t index, std::string call_id, collet_handle handle)
        : owner_(owner), index_(index), call_id_(std::move(call_id)), handle_(handle) {}

    PluginUnderTest& owner_;
    std::uint32_t index_;
    std::string call_id_;
    collet_handle handle_;
  };

  /// `action`: the arguments, JSON object text; handed on as it is: the server would check it against the
  /// tool's parameters and fill in the defaults. `environment`: the secrets that the call names; handed
  /// on only to a tool that takes_environment. Throws std::runtime_error when there is no such tool.
  RunningTool start_tool(std::string_view name, std::string action, std::string working_dir = "/tmp",
                         Pairs environment = {}) {
    need_started();
    const std::uint32_t index = plugin_->find_tool(name);
    if (!plugin_->tool_list[index].takes_environment) environment.clear();
    const auto handle = tool_calls_.add("tool " + std::string(name));
    const std::string call_id = "call-" + std::to_string(handle);
    tool_runs_.push_back({index, call_id, handle});
    enter([this, index, handle, call_id, action = std::move(action), working_dir,
           environment = std::move(environment)] {
      const collet::detail::PairsView variables(environment);
      const collet_tool_call call{sizeof(collet_tool_call), str(kConversation), str(call_id),   str(action),
                                  str(working_dir),         str(working_dir),   variables.get()};
      plugin_->tools->start(plugin_->instance, index, &call, {this, handle, progress, finish});
    });
    return {*this, index, call_id, handle};
  }
  ToolResult call_tool(std::string_view name, std::string action, std::string working_dir = "/tmp",
                       Pairs environment = {}) {
    return start_tool(name, std::move(action), std::move(working_dir), std::move(environment)).result();
  }
  /// Tells all tools that the conversation of the calls is gone.
  void close_conversation() {
    for (std::uint32_t index = 0; index < plugin_->tool_list.size(); ++index)
      plugin_->tools->conversation_closed(plugin_->instance, index, str(kConversation));
  }

  // ---- sockets
  /// A client connects; `target` as with request(). The query is not checked against the endpoint's schema.
  /// Throws std::runtime_error when the plugin has no such endpoint.
  ClientSocket connect(std::string_view target) {
    need_started();
    const auto mark = target.find('?');
    const auto path = target.substr(0, mark);
    const auto found = plugin_->find_socket(path);
    if (!found) throw std::runtime_error("the plugin has no socket " + std::string(path));
    const auto query = detail::query_pairs(mark == std::string_view::npos ? "" : target.substr(mark + 1));
    const std::string decoded = detail::decoded(path, false);
    const collet::detail::PairsView given_query(query), params(found->params);
    const collet_request out{sizeof(collet_request), str("GET"), str(decoded), {},
                             given_query.get(),      {},         params.get(), {}};
    const auto handle = host_.sessions().open();
    sockets_.push_back({found->index, {}, handle});
    plugin_->sockets->open(plugin_->instance, found->index, handle, &out);
    return {host_.sessions(), *plugin_->sockets, plugin_->instance, found->index, handle, deadline};
  }

  // ---- models
  /// `provider`: its name; `request`: JSON in OpenAI's chat completion form, the model without the prefix.
  ModelResult complete(std::string_view provider, const std::string& request) {
    need_started();
    const std::uint32_t index = plugin_->find_provider(provider);
    const auto handle = model_calls_.add("model call of " + std::string(provider));
    model_runs_.push_back({index, {}, handle});
    const auto left = enter([this, index, handle, request] {
      plugin_->llm->start(plugin_->instance, index, str(request), {this, handle, delta, finish_model});
    });
    ModelResult result = model_calls_.wait(handle, deadline);
    left.wait_for(deadline);
    result.deltas = model_calls_.progress_of(handle);
    return result;
  }

  Milliseconds deadline{10'000};  ///< for each call that waits

  /// The conversation of all tool calls.
  static constexpr std::string_view kConversation = "00000000-0000-4000-8000-000000000001";

 private:
  struct Run {
    std::uint32_t index = 0;
    std::string call_id;
    collet_handle handle = 0;
  };

  static constexpr Milliseconds kPatience{5'000};  // a short deadline must not hurry threads

  static collet_str str(std::string_view text) { return collet::detail::to_str(text); }
  static PluginUnderTest& self(void* context) { return *static_cast<PluginUnderTest*>(context); }

  std::optional<detail::LoadedPlugin::FoundRoute> find(std::string_view method,
                                                       std::string_view target) const {
    return plugin_->find_route(method, target.substr(0, target.find('?')));
  }
  void need_started() const {
    if (!started_) throw std::logic_error("the plugin is not started");
  }
  // Calls into the plugin on a thread of its own, as the server does.
  template <class Call>
  std::future<void> enter(Call call) {
    {
      const std::lock_guard lock(mutex_);
      ++inside_;
    }
    std::promise<void> left;
    auto future = left.get_future();
    threads_.emplace_back([this, call = std::move(call), left = std::move(left)]() mutable {
      call();
      left.set_value();
      const std::lock_guard lock(mutex_);
      --inside_;
      left_.notify_all();
    });
    return future;
  }
  // A call that does not return cannot be ended from here, and the plugin cannot be destroyed around it.
  void wait_for_threads() {
    std::unique_lock lock(mutex_);
    if (!left_.wait_for(lock, std::max(deadline, kPatience), [this] { return inside_ == 0; })) {
      std::fprintf(stderr, "%s breaks the plugin contract: a call into it does not return\n", id().c_str());
      std::abort();
    }
    lock.unlock();
    for (auto& thread : threads_) thread.join();
    threads_.clear();
  }
  void close_sockets() {
    for (const auto& socket : sockets_) {
      host_.sessions().close(socket.handle, 1001);
      if (host_.sessions().take_end(socket.handle))
        plugin_->sockets->closed(plugin_->instance, socket.index, socket.handle,
                                 *host_.sessions().close_code(socket.handle));
    }
  }
  void cancel_all() {
    for (const auto& run : tool_runs_)
      if (!tool_calls_.ended(run.handle))
        plugin_->tools->cancel(plugin_->instance, run.index, str(kConversation), str(run.call_id));
    for (const auto& run : model_runs_)
      if (!model_calls_.ended(run.handle)) plugin_->llm->cancel(plugin_->instance, run.index, run.handle);
  }

  // ---- from the plugin
  static void progress(void* context, collet_handle handle, collet_str text) {
    self(context).tool_calls_.progress(handle, collet::detail::to_view(text));
  }
  static void finish(void* context, collet_handle handle, collet_status status, collet_str text) {
    std::string words = collet::detail::to_string(text);
    ToolResult result;
    if (status != COLLET_OK && !detail::is_utf8(words))
      self(context).violations_.add("a tool failed with words that are no UTF-8");
    if (status != COLLET_OK)
      result.error = words.empty() ? "The tool failed without a reason." : std::move(words);
    else if (detail::is_json_object(words))
      result.observation = std::move(words);
    else
      result.error = "The tool's observation is no JSON object.";
    self(context).tool_calls_.finish(handle, std::move(result));
  }
  static void delta(void* context, collet_handle handle, collet_str text, collet_str) {
    self(context).model_calls_.progress(handle, collet::detail::to_view(text));
  }
  static void finish_model(void* context, collet_handle handle, std::int32_t status, collet_str text) {
    self(context).model_calls_.finish(handle, {status, collet::detail::to_string(text), {}});
  }

  FakeHost& host_;
  const collet_entry& entry_;
  std::unique_ptr<detail::LoadedPlugin> plugin_;
  bool started_ = false, judged_ = false;
  detail::Violations violations_;
  detail::RouteCalls requests_{violations_, [this](auto call) { return enter(std::move(call)); }};
  detail::Owed<ToolResult> tool_calls_{violations_};
  detail::Owed<ModelResult> model_calls_{violations_};
  std::vector<Run> tool_runs_, model_runs_, sockets_;
  std::mutex mutex_;
  std::condition_variable left_;
  int inside_ = 0;  // guarded by mutex_
  std::vector<std::thread> threads_;
};

}  // namespace collet::testing
