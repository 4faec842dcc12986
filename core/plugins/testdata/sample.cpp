// A plugin that uses every feature of the SDK; the tests drive it through the host.
#include <unistd.h>

#include <condition_variable>
#include <future>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "collet/json.hpp"
#include "collet/plugin.hpp"

namespace {

namespace json = collet::json;

class ReverseTool final : public collet::BlockingTool {
 public:
  collet::ToolInfo info() const override {
    return {.name = "sample_reverse",
            .description = "Reverses a text.",
            .parameters = R"({"type":"object","properties":{"text":{"type":"string"}},"required":["text"]})",
            .annotations = R"({"readOnlyHint":true})",
            .title = "Reverse"};
  }

 protected:
  std::string run(const collet::ToolCall& call, const collet::RunningCall&) override {
    const auto action = json::parse(call.action);
    const std::string text = json::string_or(*action, "text");
    if (text.empty()) throw std::runtime_error("nothing to reverse");
    json::Writer observation;
    observation.object()
        .member("text", std::string(text.rbegin(), text.rend()))
        .member("in", call.working_dir)
        .end();
    return observation.take();
  }
};

/// Ends only when it is cancelled.
class WaitTool final : public collet::BlockingTool {
 public:
  collet::ToolInfo info() const override {
    return {.name = "sample_wait", .parameters = R"({"type":"object"})", .listed = false};
  }

 protected:
  std::string run(const collet::ToolCall&, const collet::RunningCall& running) override {
    return running.wait_for(std::chrono::minutes(1)) ? R"({"cancelled":true})" : R"({"cancelled":false})";
  }
};

/// An asynchronous tool that does with its reply what the call says.
class ReplyTool final : public collet::Tool {
 public:
  explicit ReplyTool(collet::Host& host) : host_(host) {}
  collet::ToolInfo info() const override {
    return {.name = "sample_reply", .parameters = R"({"type":"object"})"};
  }
  void start(collet::ToolCall call, collet::ToolReply reply) override {
    const auto action = json::parse(call.action);
    const std::string how = json::string_or(*action, "how");
    reply.progress("half of the secret of " + std::string(call.conversation));
    if (how == "throw") throw std::runtime_error("thrown by start");
    if (how == "nonsense") return reply.done("[");
    if (how == "environment") return reply.done(shown(call.environment));
    if (how == "mask") return reply.done(masked(call.conversation));
    std::unique_lock lock(mutex_);
    if (how == "later") {
      later_ = std::make_unique<collet::ToolReply>(std::move(reply));
      kept_.notify_one();
    }
    if (how == "now") {  // the calls may come on two threads, in either order
      kept_.wait(lock, [this] { return later_ != nullptr; });
      later_->done(R"({"late":true})");
    }
    // "drop": the reply goes without an answer
  }
  void conversation_closed(const std::string& conversation) override {
    host_.store().put("closed", conversation);
  }

 private:
  static std::string shown(const collet::Pairs& environment) {
    json::Writer observation;
    observation.object();
    for (const auto& [name, value] : environment) observation.member(name, value);
    return observation.end().take();
  }
  // Two pieces of a stream, and its end.
  std::string masked(const std::string& conversation) {
    auto stream = host_.masking().open(conversation);
    json::Writer observation;
    observation.object().member("first", stream.push("a secret of c"));
    observation.member("second", stream.push("1 and sec")).member("last", stream.push("", true));
    return observation.end().take();
  }

  collet::Host& host_;
  std::mutex mutex_;
  std::condition_variable kept_;
  std::unique_ptr<collet::ToolReply> later_;  // guarded by mutex_
};

class EchoModel final : public collet::LlmProvider {
 public:
  std::string name() const override { return "sample"; }
  std::vector<std::string> models() const override { return {"echo"}; }
  std::string complete(const std::string& request_json, const collet::Cancellation& cancellation) override {
    const auto request = json::parse(request_json);
    const auto& messages = *json::find(*request, "messages");
    const std::string text = json::string_or(messages[messages.Size() - 1], "content");
    if (text == "limit") throw collet::LlmError(429, "slow down");
    if (text == "wait") cancellation.wait_for(std::chrono::minutes(1));
    json::Writer answer;
    answer.object().member("id", "echo-1").key("choices").array().object().member("index", 0).key("message");
    answer.object()
        .member("role", "assistant")
        .member("content", json::string_or(*request, "model") + ": " + text)
        .end();
    answer.member("finish_reason", "stop").end().end();
    answer.key("usage").object().member("prompt_tokens", 3).member("completion_tokens", 4).end().end();
    return answer.take();
  }
};

class Sample final : public collet::Plugin {
 public:
  void setup(collet::Setup& setup) override {
    host_ = &setup.host();
    greeting_ = json::string_or(*json::parse(setup.config()), "greeting", "Hello");
    setup.get("/api/sample/hello/{name}", [this](const collet::Request& request) { return hello(request); });
    setup.get("/api/sample/throw",
              [](const collet::Request&) -> collet::Response { throw std::runtime_error("oops"); });
    setup.get("/api/sample/throw-int", [](const collet::Request&) -> collet::Response { throw 1; });
    setup.route("POST", "/api/sample/later", [this](collet::Request request, collet::Reply reply) {
      later_.emplace_back([request = std::move(request), reply = std::move(reply)]() mutable {
        reply.send({201,
                    "text/plain",
                    request.body,
                    {{"x-sample", "yes"}, {"content-length", "1"}, {"bad\n", "x"}}});
      });
    });
    setup.route("POST", "/api/sample/drop", [](const collet::Request&, const collet::Reply&) {});
    setup.post("/api/sample/store", [this](const collet::Request& request) { return use_store(request); });
    setup.post("/api/sample/append", [this](const collet::Request&) { return append_later(); });
    setup.post("/api/sample/shared", [this](const collet::Request&) { return use_shared_store(); });
    setup.post("/api/sample/run", [this](const collet::Request& request) { return run(request); });
    setup.get("/api/sample/tools",
              [this](const collet::Request&) { return collet::Response::json(host_->catalogue().tools()); });
    setup.get("/api/sample/conversations", [this](const collet::Request&) { return use_conversations(); });
    setup.get("/api/sample/settings", [this](const collet::Request&) {
      return collet::Response::json(host_->settings().document());
    });
    setup.get("/api/sample/secrets/{name}",
              [this](const collet::Request& request) { return secret(request); });
    setup.tool(std::make_unique<ReverseTool>());
    setup.tool(std::make_unique<WaitTool>());
    setup.tool(std::make_unique<ReplyTool>(*host_));
    setup.llm(std::make_unique<EchoModel>());
  }
  void start() override {
    host_->log().info("sample\nstarts");
    host_->store().put("started", "yes");
  }
  void stop() override {
    for (auto& thread : later_) thread.join();
    host_->store().put("stopped", "yes");
  }

 private:
  collet::Response hello(const collet::Request& request) const {
    json::Writer answer;
    answer.object().member("greeting", greeting_ + ", " + std::string(request.param("name")));
    answer.key("q").array();
    for (const auto& value : request.query_values("q")) answer.value(value);
    answer.end().member("agent", std::string(request.header("user-agent").value_or("none"))).end();
    return collet::Response::json(answer.take());
  }

  // What became of three records, of which the second cannot be stored.
  collet::Response append_later() {
    auto log = host_->store().log("later", {"who"});
    std::vector<std::promise<std::string>> outcomes(3);
    for (std::size_t i = 0; i < outcomes.size(); ++i)
      log.append_later("{}", {{i == 1 ? "what" : "who", "x"}}, [&, i](const collet::Appended& appended) {
        outcomes[i].set_value(appended.error.empty() ? std::to_string(appended.position) : appended.error);
      });
    std::string text;
    for (auto& outcome : outcomes) text += outcome.get_future().get() + "\n";
    return {200, "text/plain", text};
  }
  collet::Response use_store(const collet::Request& request) {
    auto store = host_->store();
    store.put("a/1", "one");
    store.put("a/2", request.body);
    const bool erased = store.erase("a/1") && !store.erase("a/1");
    auto log = store.log("visits", {"who"});
    log.append(R"({"n":1})", {{"who", "ann"}});
    log.append(R"({"n":2})", {{"who", "bob"}});
    const auto last = log.append(R"({"n":3})", {{"who", "ann"}});
    const auto found = log.read({.equals = {{"who", "ann"}}, .descending = true, .limit = 10});
    json::Writer answer;
    answer.object()
        .member("value", store.get("a/2"))
        .member("gone", store.get("a/1"))
        .member("erased", erased);
    answer.member("keys", static_cast<int>(store.keys("a/").size())).member("last", last);
    answer.key("found").array();
    for (const auto& record : found) answer.value(record.position).raw(record.text);
    answer.end().member("before", log.erase_before(2)).member("all", log.erase_all());
    answer.member("dir", host_->state_dir()).end();
    return collet::Response::json(answer.take());
  }

  collet::Response use_shared_store() const {
    auto store = host_->shared_store();
    const auto first = store.put("p/one", "1", collet::SharedStore::kNone);
    const auto second = store.put("p/one", "2", first);
    collet_status stale = COLLET_OK;
    try {
      store.put("p/one", "3", first);
    } catch (const collet::StoreError& error) {
      stale = error.status();
    }
    store.update("p/two", [](const auto& now) { return now.value_or("new"); });
    const auto updated = store.update("p/two", [](const auto& now) { return std::optional(*now + "er"); });
    json::Writer answer;
    answer.object().member("value", store.get("p/one")->text).member("grew", second > first);
    answer.member("stale", stale).member("updated", updated).member("none", store.get("p/no").has_value());
    answer.member("keys", static_cast<int>(store.keys("p/").size()));
    answer.member("erased", store.erase("p/one", second) && !store.erase("p/one")).end();
    return collet::Response::json(answer.take());
  }

  collet::Response run(const collet::Request& request) const {
    int ends[2];
    if (::pipe(ends) != 0) return collet::Response::error(500, "no pipe");
    auto ended = std::make_shared<std::promise<int>>();
    auto status = ended->get_future();
    collet::Process process;
    try {
      process = host_->processes().spawn({.argv = {"/bin/sh", "-c", request.body},
                                          .environment = {{"SAMPLE", "from the plugin"}},
                                          .working_dir = std::string(request.query_value("in").value_or("/")),
                                          .stdout_fd = ends[1]},
                                         [ended](int code) { ended->set_value(code); });
    } catch (const collet::ProcessError& error) {
      ::close(ends[0]);
      ::close(ends[1]);
      return collet::Response::error(400, error.what());
    }
    ::close(ends[1]);
    std::string output;
    char piece[256];
    for (ssize_t got = 0; (got = ::read(ends[0], piece, sizeof piece)) > 0;)
      output.append(piece, static_cast<std::size_t>(got));
    ::close(ends[0]);
    return {200, "text/plain", output + std::to_string(status.get()), {}};
  }

  collet::Response secret(const collet::Request& request) const {
    auto secrets = host_->secrets();
    std::string text;
    for (const auto& name : secrets.names()) text += name + " ";
    try {
      text += secrets.value(request.param("name")).value_or("none");
    } catch (const collet::HostError& error) {
      text += error.status() == COLLET_DENIED ? "denied" : error.what();
    }
    return {200, "text/plain", text, {}};
  }

  collet::Response use_conversations() const {
    auto conversations = host_->conversations();
    std::string text;
    for (const auto& id : conversations.list()) {
      conversations.send_message(id, R"({"role":"user"})");
      text += conversations.get(id);
      try {
        conversations.run(id);
        conversations.pause(id);
      } catch (const collet::HostError& error) {
        text += std::string(error.what()) + (error.status() == COLLET_CONFLICT ? " (conflict) " : "");
      }
    }
    try {
      conversations.get("none");
    } catch (const collet::HostError& error) {
      text += error.what();
    }
    return {200, "text/plain", text, {}};
  }

  collet::Host* host_ = nullptr;
  std::string greeting_;
  std::vector<std::thread> later_;
};

}  // namespace

COLLET_PLUGIN_WITH_CONFIG(Sample, "org.example.sample", "1.2.3", "Uses every feature",
                          R"({"type":"object","properties":{"greeting":{"type":"string"}}})");
