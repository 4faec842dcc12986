#include "guest.hpp"

#include <unistd.h>

#include <future>
#include <memory>
#include <string>

#include "collet/fields.hpp"

namespace collet::testing {
namespace {

class CountTool final : public BlockingTool {
 public:
  ToolInfo info() const override { return {.name = "count", .parameters = R"({"type":"object"})"}; }

 protected:
  std::string run(const ToolCall& call, const RunningCall& running) override {
    const auto upto = Fields(call.action).whole("upto");
    for (std::int64_t i = 1; i <= upto; ++i) {
      running.progress(std::to_string(i));
      if (running.cancelled()) return text_observation("cancelled", true);
    }
    return running.wait_for(std::chrono::milliseconds(0)) ? "" : text_observation("counted");
  }
};

/// Shows its environment with the secrets hidden, in two pieces.
class ShowTool final : public BlockingTool {
 public:
  ShowTool(Host& host, std::string name, bool takes_environment)
      : host_(host), name_(std::move(name)), takes_environment_(takes_environment) {}
  ToolInfo info() const override {
    return {.name = name_, .parameters = R"({"type":"object"})", .takes_environment = takes_environment_};
  }

 protected:
  std::string run(const ToolCall& call, const RunningCall&) override {
    auto stream = host_.masking().open(call.conversation);
    std::string shown;
    for (const auto& [name, value] : call.environment) {
      shown += stream.push(name + "=" + value.substr(0, 3)) + "|";
      shown += stream.push(value.substr(3)) + ";";
    }
    return text_observation(shown + stream.push("end", true));
  }

 private:
  Host& host_;
  const std::string name_;
  const bool takes_environment_;
};

class WaitTool final : public BlockingTool {
 public:
  ToolInfo info() const override { return {.name = "wait", .parameters = R"({"type":"object"})"}; }

 protected:
  std::string run(const ToolCall&, const RunningCall& running) override {
    running.progress("waiting");
    return text_observation(running.wait_for(std::chrono::minutes(5)) ? "cancelled" : "too long");
  }
};

/// Says back what it gets; "bye" closes.
class EchoSocket final : public SocketEndpoint {
 public:
  explicit EchoSocket(Host& host) : host_(host) {}
  void open(SessionId session, const Request& request) override {
    host_.sessions().send(session, "hello " + std::string(request.param("name")) + " " +
                                       std::string(request.query_value("q").value_or("")));
  }
  void message(SessionId session, std::string_view text) override {
    if (text == "bye") return host_.sessions().close(session, 4000);
    if (host_.sessions().send(session, text) == Sent::kFull) full_ = true;
  }
  void drained(SessionId session) override {
    if (full_) host_.sessions().send(session, "drained");
  }
  void closed(SessionId, int code) override { host_.log().info("closed " + std::to_string(code)); }

 private:
  Host& host_;
  bool full_ = false;
};

class Model final : public LlmProvider {
 public:
  std::string name() const override { return "echo"; }
  std::vector<std::string> models() const override { return {"one"}; }
  std::string complete(const std::string& request, const Cancellation&) override {
    if (request.empty()) throw LlmError(429, "slow down");
    return request;
  }
};

class Guest final : public Plugin {
 public:
  void setup(Setup& setup) override {
    host_ = &setup.host();
    const Fields config(setup.config());
    if (config.flag("refuse", false)) throw InputError("refused by config");
    fail_start_ = config.flag("fail_start", false);
    setup.get("/api/guest/{name}/{rest...}", [](const Request& request) {
      return Response{200, "text/plain",
                      std::string(request.param("name")) + "|" + std::string(request.param("rest")) + "|" +
                          std::string(request.query_value("q").value_or("")) + "|" + request.path};
    });
    setup.get("/api/guest/throws/x", [](const Request&) -> Response { throw std::runtime_error("oops"); });
    setup.post("/api/guest/fields", [](const Request& request) {
      return Response::json(std::to_string(Fields(request.body).whole("n")));
    });
    setup.route("POST", "/api/guest/keep",
                [this](const Request&, Reply reply) { kept_.push_back(std::move(reply)); });
    setup.post("/api/guest/store", [this](const Request& request) { return use_store(request); });
    setup.post("/api/guest/share", [this](const Request& request) { return use_shared_store(request); });
    setup.post("/api/guest/run", [this](const Request& request) { return run(request); });
    setup.post("/api/guest/say", [this](const Request& request) {
      host_->conversations().send_message("c1", request.body);
      host_->conversations().run("c1");
      host_->conversations().pause("c1");
      return Response::json(host_->conversations().get("c1"));
    });
    setup.get("/api/guest/world", [this](const Request&) { return use_world(); });
    setup.socket("/sockets/guest/{name}", std::make_unique<EchoSocket>(*host_));
    setup.tool(std::make_unique<CountTool>());
    setup.tool(std::make_unique<WaitTool>());
    setup.tool(std::make_unique<ShowTool>(setup.host(), "show", true));
    setup.tool(std::make_unique<ShowTool>(setup.host(), "show_nothing", false));
    setup.llm(std::make_unique<Model>());
  }
  void start() override {
    if (fail_start_) throw std::runtime_error("no start today");
    host_->log().warning("started");
  }
  void stop() override {
    kept_.clear();
    host_->log().info("stopped");
  }

 private:
  Response use_store(const Request& request) {
    auto store = host_->store();
    store.put("key", request.body);
    auto log = store.log("visits", {"who"});
    log.append(R"({"n":1})", {{"who", "ann"}});
    log.append(R"({"n":2})", {{"who", "bob"}});
    std::string found;
    log.append_later(R"({"n":3})", {{"who", "ann"}},
                     [&](const Appended& appended) { found += std::to_string(appended.position) + ": "; });
    log.append_later("{}", {{"what", "x"}},
                     [&](const Appended& appended) { found += appended.error + ": "; });
    for (const auto& record : log.read({.equals = {{"who", "ann"}}, .descending = true, .limit = 10}))
      found += std::to_string(record.position) + record.text;
    log.erase_before(2);
    return {200, "text/plain", found + std::to_string(store.keys("k").size())};
  }
  Response use_shared_store(const Request& request) {
    auto store = host_->shared_store();
    const auto revision = store.put("key", request.body, SharedStore::kNone);
    std::string text;
    try {
      store.put("key", "stale", revision - 1);
    } catch (const StoreError& error) {
      text = error.status() == COLLET_CONFLICT ? "conflict " : error.what();
    }
    store.update("key", [](const std::optional<std::string>& now) { return std::optional(*now + "!"); });
    store.update("given", [](const std::optional<std::string>&) { return std::optional<std::string>(); });
    for (const auto& key : store.keys()) text += key + "=" + store.get(key)->text;
    return {200, "text/plain", text};
  }
  Response use_world() {
    std::string text = host_->settings().document() + host_->secrets().value("TOKEN").value_or("none");
    try {
      host_->secrets().value("OTHER");
    } catch (const HostError& error) {
      text += std::to_string(error.status() == COLLET_DENIED);
    }
    text += host_->http_client().fetch({.url = "http://weather.example/today"}).body;
    host_->events().append("c1", R"({"kind":"ConversationErrorEvent"})");
    for (const auto& event : host_->events().read("c1")) text += event.text;
    return {200, "text/plain", text};
  }
  Response run(const Request& request) {
    int ends[2];
    if (::pipe(ends) != 0) return Response::error(500, "no pipe");
    std::promise<int> ended;
    auto process = host_->processes().spawn({.argv = {"sh", "-c", request.body}, .stdout_fd = ends[1]},
                                            [&](int status) { ended.set_value(status); });
    ::close(ends[1]);
    std::string output(64, ' ');
    const auto size = ::read(ends[0], output.data(), output.size());
    ::close(ends[0]);
    output.resize(size < 0 ? 0 : static_cast<std::size_t>(size));
    return {200, "text/plain", output + std::to_string(ended.get_future().get())};
  }

  Host* host_ = nullptr;
  bool fail_start_ = false;
  std::vector<Reply> kept_;
};

}  // namespace
}  // namespace collet::testing

COLLET_PLUGIN(collet::testing::Guest, "org.example.guest", "1.0.0", "For the tests");

namespace collet::testing {

const collet_entry& guest_entry() { return collet_plugin_entry; }

}  // namespace collet::testing
