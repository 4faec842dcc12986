#include "metrics/metrics.hpp"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <chrono>
#include <map>
#include <mutex>
#include <set>
#include <shared_mutex>
#include <unordered_map>
#include <utility>

namespace collet::metrics {
namespace {

using Labels = std::map<std::string, std::string>;

// Models are named by clients: what comes after so many different ones is counted under one name.
constexpr std::size_t kMostModels = 100;
constexpr std::size_t kLongestModel = 200;
constexpr std::string_view kOtherModel = "other";

const prometheus::Histogram::BucketBoundaries& request_buckets() {
  static const prometheus::Histogram::BucketBoundaries buckets{
      0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10};
  return buckets;
}
const prometheus::Histogram::BucketBoundaries& call_buckets() {
  static const prometheus::Histogram::BucketBoundaries buckets{0.1, 0.25, 0.5, 1,  2.5, 5,
                                                               10,  20,   40,  80, 160, 320};
  return buckets;
}

// Methods that clients make up must not become labels.
std::string known_method(std::string_view method) {
  static const std::set<std::string_view> known{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"};
  return known.contains(method) ? std::string(method) : "other";
}

// One route's numbers.
struct RouteNumbers {
  prometheus::Histogram& seconds;
  std::mutex mutex;
  std::map<std::pair<std::string, int>, prometheus::Counter*> counters;  ///< by method and status
};

}  // namespace

struct Metrics::Impl {
  explicit Impl(std::string_view version) {
    prometheus::BuildGauge()
        .Name("collet_info")
        .Help("The running version.")
        .Register(registry)
        .Add({{"version", std::string(version)}})
        .Set(1);
    const std::chrono::duration<double> now = std::chrono::system_clock::now().time_since_epoch();
    gauge("collet_start_time_seconds", "When the server was started, in seconds since 1970.")
        .Add({})
        .Set(now.count());
  }

  prometheus::Family<prometheus::Counter>& counter(const char* name, const char* help) {
    return prometheus::BuildCounter().Name(name).Help(help).Register(registry);
  }
  prometheus::Family<prometheus::Gauge>& gauge(const char* name, const char* help) {
    return prometheus::BuildGauge().Name(name).Help(help).Register(registry);
  }
  prometheus::Family<prometheus::Histogram>& histogram(const char* name, const char* help) {
    return prometheus::BuildHistogram().Name(name).Help(help).Register(registry);
  }

  RouteNumbers& route(std::string_view pattern);
  std::string model_label(const std::string& model);
  void set(const Snapshot& now);
  void set(const Snapshot::Database& now);
  void raise(prometheus::Counter& counter, double value) const {
    if (value > counter.Value()) counter.Increment(value - counter.Value());
  }

  prometheus::Registry registry;

  // requests
  prometheus::Family<prometheus::Counter>& requests =
      counter("collet_http_requests_total", "Answered requests, by method, route and status.");
  prometheus::Family<prometheus::Histogram>& request_seconds = histogram(
      "collet_http_request_duration_seconds", "From the end of a request's head to its answer, by route.");
  std::shared_mutex routes_mutex;
  std::unordered_map<std::string_view, std::unique_ptr<RouteNumbers>> routes;  ///< keys live in route_names
  std::set<std::string, std::less<>> route_names;

  // model calls
  prometheus::Family<prometheus::Counter>& calls =
      counter("collet_llm_calls_total",
              "Model calls that ended, by model and outcome: ok, cancelled or an error's code.");
  prometheus::Family<prometheus::Histogram>& call_seconds =
      histogram("collet_llm_call_duration_seconds", "Duration of model calls, retries included, by model.");
  prometheus::Gauge& calls_running = gauge("collet_llm_calls_running", "Model calls under way.").Add({});
  prometheus::Family<prometheus::Counter>& tokens =
      counter("collet_llm_tokens_total", "Tokens used, by model and type.");
  prometheus::Family<prometheus::Counter>& cost =
      counter("collet_llm_cost_dollars_total", "Cost of model calls whose price is known, by model.");
  std::mutex models_mutex;
  std::set<std::string> models;

  // what is true now; set while it is read
  std::mutex text_mutex;
  prometheus::Gauge& connections =
      gauge("collet_http_connections", "Open connections, WebSockets included.").Add({});
  prometheus::Gauge& websockets = gauge("collet_websockets", "Open WebSockets.").Add({});
  prometheus::Gauge& loaded = gauge("collet_conversations_loaded", "Conversations in memory.").Add({});
  prometheus::Family<prometheus::Gauge>& runs =
      gauge("collet_runs", "Runs, by state: running or waiting for a slot.");
  prometheus::Family<prometheus::Gauge>& queue =
      gauge("collet_queue_requests", "Requests that wait for a worker, by owner: core or a plugin.");
  prometheus::Family<prometheus::Gauge>& plugin_state =
      gauge("collet_plugin_state", "1 for the state that a plugin is in.");
  prometheus::Family<prometheus::Gauge>& plugin_calls =
      gauge("collet_plugin_calls", "Calls inside a plugin, by kind.");
  std::map<std::string, prometheus::Gauge*> states;  ///< by plugin; the one that is 1
  prometheus::Family<prometheus::Counter>& writes =
      counter("collet_database_writes_total", "Writes that ended, by outcome: ok or error.");
  prometheus::Family<prometheus::Counter>& write_seconds = counter(
      "collet_database_write_seconds_total", "Time of all writes, from being queued to being committed.");
  prometheus::Family<prometheus::Counter>& commits =
      counter("collet_database_commits_total", "Transactions; one holds all writes that waited.");
  prometheus::Gauge& writes_waiting =
      gauge("collet_database_writes_waiting", "Writes not yet committed.").Add({});
};

RouteNumbers& Metrics::Impl::route(std::string_view pattern) {
  {
    const std::shared_lock lock(routes_mutex);
    if (const auto it = routes.find(pattern); it != routes.end()) return *it->second;
  }
  const std::lock_guard lock(routes_mutex);
  const auto& name = *route_names.emplace(pattern).first;
  auto& numbers = routes[name];
  if (!numbers)     // an aggregate, which make_unique does not make with every compiler
    numbers.reset(  // NOLINT(modernize-make-unique)
        new RouteNumbers{request_seconds.Add({{"route", name}}, request_buckets()), {}, {}});
  return *numbers;
}

std::string Metrics::Impl::model_label(const std::string& model) {
  const std::lock_guard lock(models_mutex);
  if (models.contains(model)) return model;
  if (models.size() >= kMostModels || model.size() > kLongestModel) return std::string(kOtherModel);
  return *models.insert(model).first;
}

void Metrics::Impl::set(const Snapshot::Database& now) {
  raise(writes.Add({{"backend", now.backend}, {"outcome", "ok"}}), static_cast<double>(now.writes));
  raise(writes.Add({{"backend", now.backend}, {"outcome", "error"}}), static_cast<double>(now.failed_writes));
  raise(write_seconds.Add({{"backend", now.backend}}), now.write_seconds);
  raise(commits.Add({{"backend", now.backend}}), static_cast<double>(now.commits));
  writes_waiting.Set(static_cast<double>(now.waiting));
}

void Metrics::Impl::set(const Snapshot& now) {
  connections.Set(static_cast<double>(now.connections));
  websockets.Set(static_cast<double>(now.websockets));
  loaded.Set(static_cast<double>(now.conversations_loaded));
  runs.Add({{"state", "running"}}).Set(static_cast<double>(now.runs));
  runs.Add({{"state", "waiting"}}).Set(static_cast<double>(now.runs_waiting));
  for (const auto& plugin : now.plugins) {
    queue.Add({{"owner", plugin.name}}).Set(static_cast<double>(plugin.requests_waiting));
    if (plugin.state.empty()) continue;  // the core
    auto& state = plugin_state.Add({{"plugin", plugin.name}, {"state", plugin.state}});
    if (auto*& before = states[plugin.name]; before != &state) {
      if (before != nullptr) before->Set(0);
      before = &state;
    }
    state.Set(1);
    for (const auto& [kind, count] :
         {std::pair("request", plugin.requests), std::pair("tool", plugin.tool_calls),
          std::pair("model", plugin.model_calls)})
      plugin_calls.Add({{"plugin", plugin.name}, {"kind", kind}}).Set(static_cast<double>(count));
  }
  set(now.database);
}

Metrics::Metrics(std::string_view version) : impl_(std::make_unique<Impl>(version)) {}
Metrics::~Metrics() = default;

void Metrics::answered(const http::AnsweredRequest& request) noexcept {
  const std::string_view pattern = request.pattern.empty() ? "none" : request.pattern;
  auto& route = impl_->route(pattern);
  if (request.status != 101) route.seconds.Observe(std::chrono::duration<double>(request.took).count());
  const auto method = known_method(request.method);
  const std::lock_guard lock(route.mutex);
  auto*& counter = route.counters[{method, request.status}];
  if (counter == nullptr)
    counter = &impl_->requests.Add(
        {{"method", method}, {"route", std::string(pattern)}, {"status", std::to_string(request.status)}});
  counter->Increment();
}

void Metrics::call_started(const llm::Config&) noexcept { impl_->calls_running.Increment(); }

void Metrics::call_ended(const llm::Config& config, const llm::Outcome* outcome, double seconds) noexcept {
  impl_->calls_running.Decrement();
  const auto model = impl_->model_label(config.model);
  const std::string how = outcome == nullptr ? "cancelled" : outcome->response ? "ok" : outcome->failure.code;
  impl_->calls.Add({{"model", model}, {"outcome", how}}).Increment();
  impl_->call_seconds.Add({{"model", model}}, call_buckets()).Observe(seconds);
  if (outcome == nullptr || !outcome->response) return;
  const auto& used = outcome->response->usage;
  for (const auto& [type, count] :
       {std::pair("prompt", used.prompt_tokens), std::pair("completion", used.completion_tokens),
        std::pair("cache_read", used.cache_read_tokens), std::pair("cache_write", used.cache_write_tokens),
        std::pair("reasoning", used.reasoning_tokens)})
    if (count > 0)
      impl_->tokens.Add({{"model", model}, {"type", type}}).Increment(static_cast<double>(count));
  if (outcome->response->cost > 0) impl_->cost.Add({{"model", model}}).Increment(outcome->response->cost);
}

std::string Metrics::text(const Snapshot& now) {
  const std::lock_guard lock(impl_->text_mutex);
  impl_->set(now);
  return prometheus::TextSerializer().Serialize(impl_->registry.Collect());
}

}  // namespace collet::metrics
