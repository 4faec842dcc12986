// A plugin's route against a handler of the core, both doing nothing, in one run: the call alone, and over
// HTTP.
//
//   scripts/install-packages build test bench
//   cmake --preset release -DCOLLET_TESTS=ON -DCOLLET_BENCH=ON
//   cmake --build build/release --target plugin_call_bench
//   build/release/bin/plugin_call_bench --benchmark_repetitions=9 --benchmark_report_aggregates_only=true
#include <benchmark/benchmark.h>

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "agent/tool.hpp"
#include "http/http_server.hpp"
#include "http/router.hpp"
#include "http/testing/open_gate.hpp"
#include "http/testing/raw_client.hpp"
#include "llm/no_provider.hpp"
#include "llm/provider.hpp"
#include "plugins/host.hpp"
#include "process/spawner.hpp"

namespace {

namespace fs = std::filesystem;
using namespace collet;

void check(bool good, const std::string& what) {
  if (good) return;
  std::fprintf(stderr, "%s\n", what.c_str());
  std::exit(1);
}

// A router with the two routes, a started plugin, and a server around them.
class Stage {
 public:
  explicit Stage(process::Spawner& spawner) {
    std::string name = (fs::temp_directory_path() / "collet-bench-XXXXXX").string();
    check(::mkdtemp(name.data()) != nullptr, "no temporary folder");
    folder_ = name;
    for (const auto lane : {http::Lane::kWorker, http::Lane::kInline}) {
      http::Route route;
      route.method = "GET";
      route.pattern = lane == http::Lane::kWorker ? "/api/core/{name}" : "/api/inline/{name}";
      route.owner = "core";
      route.lane = lane;
      route.handler = http::answering([](const http::Request&) { return http::Response::json("{}"); });
      check(router.add(std::move(route)).ok(), "no route");
    }
    plugins::PluginHost::Options options;
    options.own_directory = COLLET_BENCH_PLUGINS;
    options.state_dir = folder_;
    host_.emplace(options, spawner);
    const auto loaded = host_->load_all(router, tools_, providers_);
    check(loaded.ok(), loaded ? "" : loaded.error().message);
    host_->start_all();
    http::HttpServer::Options serving;
    serving.port = 0;
    server_.emplace(serving, router, gate_);
    const auto bound = server_->bind();
    check(bound.ok() && server_->start().ok(), "the server does not start");
    port = *bound;
  }
  ~Stage() {
    server_.reset();
    host_.reset();
    fs::remove_all(folder_);
  }
  Stage(const Stage&) = delete;
  Stage& operator=(const Stage&) = delete;

  http::Router router;
  std::uint16_t port = 0;

 private:
  fs::path folder_;
  llm::NoProvider no_provider_;
  agent::ToolRegistry tools_;
  llm::Providers providers_{no_provider_};
  std::optional<plugins::PluginHost> host_;
  http::testing::OpenGate gate_;
  std::optional<http::HttpServer> server_;
};

Stage* stage = nullptr;

// What a browser or an SDK sends.
http::Request a_request(const std::string& path) {
  http::Request request;
  request.method = "GET";
  request.target = request.path = request.raw_path = path;
  request.headers = {
      {"host", "127.0.0.1:8000"},          {"user-agent", "python-httpx/0.27.0"},
      {"accept", "application/json"},      {"accept-encoding", "gzip, deflate"},
      {"connection", "keep-alive"},        {"x-session-api-key", "0123456789abcdef0123456789abcdef"},
      {"content-type", "application/json"}};
  request.id = "0123456789abcdef";
  return request;
}

// From the lookup to the answer, without the sockets around it.
void call(benchmark::State& state, const std::string& path) {
  const http::Request prototype = a_request(path);
  int answered = 0;
  for (auto _ : state) {
    http::Request request = prototype;
    auto match = stage->router.match(request.method, request.raw_path);
    request.params = std::move(match.params);
    match.route->handler(std::move(request), http::Reply([&](http::Response response) {
                           answered += response.status == 200 ? 1 : 0;
                           benchmark::DoNotOptimize(response);
                         }));
  }
  check(answered == static_cast<int>(state.iterations()), "wrong answers");
}

// One request after another on a connection that stays open.
void over_http(benchmark::State& state, const std::string& path) {
  http::testing::RawClient client(stage->port);
  const std::string request = http::testing::request("GET", path);
  for (auto _ : state) {
    const auto answer = client.ask(request);
    if (!answer || answer->status != 200) return state.SkipWithError("wrong answer");
  }
}

BENCHMARK_CAPTURE(call, core, "/api/core/x");
BENCHMARK_CAPTURE(call, plugin, "/api/noop/x");
BENCHMARK_CAPTURE(over_http, core_inline, "/api/inline/x")->UseRealTime();
BENCHMARK_CAPTURE(over_http, core, "/api/core/x")->UseRealTime();
BENCHMARK_CAPTURE(over_http, plugin, "/api/noop/x")->UseRealTime();

}  // namespace

int main(int count, char** arguments) {
  auto spawner = process::Spawner::launch();
  check(spawner.ok(), "no spawner");
  benchmark::Initialize(&count, arguments);
  if (benchmark::ReportUnrecognizedArguments(count, arguments)) return 1;
  Stage made(**spawner);
  stage = &made;
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
