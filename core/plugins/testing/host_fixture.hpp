// A plugin host with real libraries, a real spawner and a real store, and nothing around it.
#pragma once
#include <gtest/gtest.h>

#include <condition_variable>
#include <filesystem>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "agent/tool.hpp"
#include "collet/testing/temporary_folder.hpp"
#include "http/router.hpp"
#include "llm/no_provider.hpp"
#include "llm/provider.hpp"
#include "plugins/host.hpp"
#include "process/spawner.hpp"
#include "secrets/masker.hpp"

namespace collet::plugins {

class FakeConversations : public ConversationAccess {
 public:
  Result<std::string> get(const std::string& id) override {
    if (id == "none") return not_found("no such conversation");
    return "<" + id + ">";
  }
  Result<std::vector<std::string>> list() override { return std::vector<std::string>{"c1", "c2"}; }
  Result<void> send_message(const std::string& id, const std::string& message) override {
    messages.push_back(id + message);
    return {};
  }
  Result<void> run(const std::string& id) override {
    if (id == "c2") return conflict("it runs already");
    messages.push_back("run " + id);
    return {};
  }
  Result<void> pause(const std::string& id) override {
    messages.push_back("pause " + id);
    return {};
  }
  // event_feature_test.cpp has a log.
  Result<std::vector<events::Event>> read(const std::string&, std::int64_t, int) override { return no_log(); }
  Result<std::int64_t> last_seq(const std::string&) override { return no_log(); }
  Result<std::shared_ptr<events::Subscription>> follow(std::string&, std::optional<std::int64_t>,
                                                       std::function<void()>) override {
    return no_log();
  }
  Result<std::string> append(const std::string&, const std::string&, const std::string&,
                             const std::string&) override {
    return no_log();
  }
  Result<MaskerNow> masker_of(const std::string& id) override {
    if (id == "none") return not_found("no such conversation");
    return MaskerNow([masker = std::make_shared<const secrets::Masker>(
                          std::set<std::string>{"secret of " + id})] { return masker; });
  }
  std::vector<std::string> messages;

 private:
  static Error no_log() { return unavailable("no log here"); }
};

class HostFixture : public ::testing::Test {
 protected:
  void SetUp() override {
    std::filesystem::create_directory(own_);
    std::filesystem::create_directory(others_);
    spawner_ = std::move(Spawner::launch()).value();
  }
  void TearDown() override {
    drop_host();
    spawner_.reset();
  }
  /// Stops and destroys, and sees to it that nothing is left inside a plugin, or that it is where the test
  /// says so.
  void drop_host() {
    if (host_) {
      EXPECT_EQ(host_->stop_all(), !stays_inside_) << "whether something is left inside a plugin";
    }
    host_.reset();
  }

  using Spawner = process::Spawner;

  std::filesystem::path install(const std::string& name, const std::string& as = {}) {
    return copy(name, own_ / ((as.empty() ? name : as) + ".so"));
  }
  std::filesystem::path install_other(const std::string& name) {
    return copy(name, others_ / (name + ".so"));
  }

  /// What load_all says; empty: all is well.
  std::string load(const std::string& config = "{}") {
    drop_host();
    router_ = http::Router();
    tools_ = agent::ToolRegistry();
    providers_.emplace(no_provider_);
    PluginHost::Options options;
    options.config = config;
    options.own_directory = own_;
    options.state_dir = folder_ / "state";
    std::filesystem::create_directories(options.state_dir);
    options.core_version = "9.9";
    options.start_patience = patience_;
    options.create_patience = create_patience_;
    options.stop_patience = stop_patience_;
    options.tool_grace = tool_grace_;
    host_ = std::make_unique<PluginHost>(options, *spawner_);
    const auto loaded = host_->load_all(router_, tools_, *providers_);
    return loaded ? "" : loaded.error().message;
  }
  std::string with_others(const std::string& more = {}) const {
    return R"({"directories":[")" + others_.string() + R"("])" + (more.empty() ? "" : ",") + more + "}";
  }

  /// Sends a request the way the HTTP edge does, on this thread, and waits for the answer.
  http::Response call(const std::string& method, const std::string& path, const std::string& body = {},
                      http::Pairs query = {}) {
    const auto match = router_.match(method, path);
    if (match.route == nullptr) return {.status = match.allow.empty() ? 404 : 405};
    http::Request request;
    request.method = method;
    request.path = request.raw_path = path;
    request.params = match.params;
    request.query = std::move(query);
    request.headers = {{"user-agent", "test"}};
    request.body = body;
    auto promise = std::make_shared<std::promise<http::Response>>();
    auto future = promise->get_future();
    match.route->handler(std::move(request), http::Reply([promise](http::Response response) {
                           promise->set_value(std::move(response));
                         }));
    return future.get();
  }

  agent::ToolOutcome call_tool(const std::string& name, const std::string& action) {
    std::promise<agent::ToolOutcome> promise;
    const auto running =
        tools_.find(name)->start({"conversation", "call", action, "/work", "/save"},
                                 [&](agent::ToolOutcome outcome) { promise.set_value(outcome); });
    return promise.get_future().get();
  }

  const PluginStatus& status(const std::string& name) {
    statuses_ = host_->status();
    for (const auto& one : statuses_)
      if (one.name == name) return one;
    ADD_FAILURE() << "no plugin " << name;
    return statuses_.front();
  }

  collet::testing::TemporaryFolder folder_;
  const std::filesystem::path own_ = folder_ / "own";
  const std::filesystem::path others_ = folder_ / "others";
  std::chrono::milliseconds patience_{20'000}, create_patience_{60'000}, stop_patience_{5'000},
      tool_grace_{20};
  bool stays_inside_ = false;  ///< a call is meant never to leave a plugin of this test
  std::unique_ptr<Spawner> spawner_;
  llm::NoProvider no_provider_;
  FakeConversations conversations_;
  http::Router router_;
  agent::ToolRegistry tools_;
  std::optional<llm::Providers> providers_;
  std::unique_ptr<PluginHost> host_;

 private:
  static std::filesystem::path copy(const std::string& name, const std::filesystem::path& to) {
    std::filesystem::copy_file(std::filesystem::path(COLLET_TEST_PLUGINS) / (name + ".so"), to);
    return to;
  }

  std::vector<PluginStatus> statuses_;
};

}  // namespace collet::plugins
