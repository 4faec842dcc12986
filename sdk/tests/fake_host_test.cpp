// The fake host with a plugin that uses what there is.
#include "collet/testing/fake_host.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <future>
#include <memory>
#include <string>

#include "collet/fields.hpp"
#include "collet/plugin.hpp"
#include "collet/testing/plugin_under_test.hpp"

namespace collet::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

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

class FakeHostTest : public ::testing::Test {
 protected:
  FakeHost host_;
};

}  // namespace
}  // namespace collet::testing

COLLET_PLUGIN(collet::testing::Guest, "org.example.guest", "1.0.0", "For the tests");

namespace collet::testing {
namespace {

struct Started : PluginUnderTest {
  explicit Started(FakeHost& host) : PluginUnderTest(host, collet_plugin_entry) { start(); }
};

TEST_F(FakeHostTest, PluginSaysWhatItOffers) {
  const PluginUnderTest plugin(host_, collet_plugin_entry);
  EXPECT_EQ(plugin.id(), "org.example.guest");
  EXPECT_THAT(plugin.routes(), ::testing::Contains("GET /api/guest/{name}/{rest...}"));
  ASSERT_EQ(plugin.tools().size(), 4U);
  EXPECT_EQ(plugin.tools()[0].name, "count");
  EXPECT_THAT(plugin.providers(), ElementsAre("echo"));
}

TEST_F(FakeHostTest, RoutesAreCalledAsTheServerCallsThem) {
  Started plugin(host_);
  const auto answer = plugin.get("/api/guest/K%C3%B6ln/a/b%2Fc?q=x+y%21");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, "Köln|a/b/c|x y!|/api/guest/Köln/a/b/c");
  EXPECT_EQ(plugin.get("/api/guest/throws/x").status, 500);  // the literal route wins
  EXPECT_TRUE(host_.has_logged("GET /api/guest/throws/x threw: oops"));
  EXPECT_EQ(plugin.get("/api/elsewhere").status, 404);
}

TEST_F(FakeHostTest, InputErrorIsA400) {
  Started plugin(host_);
  EXPECT_EQ(plugin.post("/api/guest/fields", R"({"n":7})").body, "7");
  for (const auto& [body, why] :
       {std::pair("{}", "'n' is missing"), std::pair(R"({"n":"x"})", "'n' must be a whole number"),
        std::pair("[1]", "must be a JSON object"), std::pair("{", "not valid JSON at byte 1")}) {
    const auto answer = plugin.post("/api/guest/fields", body);
    EXPECT_EQ(answer.status, 400);
    EXPECT_THAT(answer.body, HasSubstr(why));
  }
}

TEST_F(FakeHostTest, ToolIsCalledWithProgress) {
  Started plugin(host_);
  const auto result = plugin.call_tool("count", R"({"upto":2})");
  EXPECT_EQ(result.error, "");
  EXPECT_EQ(result.observation, text_observation("counted"));
  EXPECT_THAT(result.progress, ElementsAre("1", "2"));
  EXPECT_EQ(plugin.call_tool("count", "{}").error, "'upto' is missing");
  EXPECT_THROW(plugin.call_tool("none", "{}"), std::runtime_error);
}

TEST_F(FakeHostTest, ToolGetsSecretsAndHidesThem) {
  host_.add_secret("TOKEN", "secret-value");
  Started plugin(host_);
  const auto result = plugin.call_tool("show", "{}", "/tmp", {{"TOKEN", "secret-value"}, {"PLAIN", "plain"}});
  EXPECT_THAT(result.observation, HasSubstr("TOKEN=|<secret-hidden>;PLAIN=pla|in;end"));
}

TEST_F(FakeHostTest, ToolThatTakesNoEnvironmentGetsNone) {
  Started plugin(host_);
  EXPECT_TRUE(plugin.tools()[2].takes_environment);
  EXPECT_FALSE(plugin.tools()[3].takes_environment);
  EXPECT_EQ(plugin.call_tool("show_nothing", "{}", "/tmp", {{"TOKEN", "secret-value"}}).observation,
            text_observation("end"));
}

TEST_F(FakeHostTest, ToolIsCancelled) {
  Started plugin(host_);
  auto call = plugin.start_tool("wait", "{}");
  call.wait_for_progress();
  EXPECT_FALSE(call.ended());
  call.cancel();
  EXPECT_EQ(call.result().observation, text_observation("cancelled"));
}

TEST_F(FakeHostTest, StopCancelsWhatRuns) {
  Started plugin(host_);
  const auto call = plugin.start_tool("wait", "{}");
  call.wait_for_progress();
  plugin.stop();
  EXPECT_EQ(call.result().observation, text_observation("cancelled"));
  EXPECT_TRUE(host_.has_logged("stopped"));
  EXPECT_THAT(plugin.violations(), IsEmpty());
}

TEST_F(FakeHostTest, ModelAnswersOrFails) {
  Started plugin(host_);
  EXPECT_EQ(plugin.complete("echo", "{}").status, 200);
  EXPECT_EQ(plugin.complete("echo", "{}").text, "{}");
  EXPECT_EQ(plugin.complete("echo", "").status, 429);
}

TEST_F(FakeHostTest, StoreAndConversationsAreThere) {
  host_.add_conversation("c1", R"({"id":"c1"})");
  Started plugin(host_);
  EXPECT_EQ(plugin.post("/api/guest/store", "value").body,
            R"(3: an index was not declared: 3{"n":3}1{"n":1}1)");
  EXPECT_EQ(host_.stored("key"), "value");
  EXPECT_THAT(host_.records("visits"), ElementsAre(R"({"n":2})", R"({"n":3})"));
  EXPECT_EQ(plugin.post("/api/guest/say", R"({"role":"user"})").body, R"({"id":"c1"})");
  ASSERT_EQ(host_.sent_messages().size(), 1U);
  EXPECT_EQ(host_.sent_messages()[0].message, R"({"role":"user"})");
  EXPECT_THAT(host_.commands(), ::testing::ElementsAre("run c1", "pause c1"));
}

TEST_F(FakeHostTest, SharedStoreHasRevisions) {
  host_.share("given", "before");
  Started plugin(host_);
  EXPECT_EQ(plugin.post("/api/guest/share", "value").body, "conflict key=value!");
  EXPECT_EQ(host_.shared("key"), "value!");
  EXPECT_EQ(host_.shared("given"), std::nullopt);
}

std::vector<std::string> texts(const ClientSocket& socket) {
  std::vector<std::string> all;
  for (const auto& message : socket.received()) all.push_back(message.data);
  return all;
}

TEST_F(FakeHostTest, SocketsTalk) {
  Started plugin(host_);
  EXPECT_THAT(plugin.sockets(), ElementsAre("/sockets/guest/{name}"));
  EXPECT_THROW(plugin.connect("/sockets/none"), std::runtime_error);
  auto socket = plugin.connect("/sockets/guest/Ann?q=1");
  socket.send("one");
  socket.wait_for_messages(2);
  EXPECT_THAT(texts(socket), ElementsAre("hello Ann 1", "one"));
  socket.set_slow(true);
  socket.send("two");
  socket.set_slow(false);
  EXPECT_THAT(texts(socket), ElementsAre("hello Ann 1", "one", "drained"));
  socket.send("bye");
  EXPECT_EQ(socket.close_code(), 4000);
  EXPECT_TRUE(host_.has_logged("closed 4000"));
  EXPECT_THROW(socket.send("three"), std::logic_error);
}

TEST_F(FakeHostTest, StopClosesSockets) {
  Started plugin(host_);
  const auto socket = plugin.connect("/sockets/guest/Bob");
  plugin.stop();
  EXPECT_EQ(socket.close_code(), 1001);
  EXPECT_TRUE(host_.has_logged("closed 1001"));
}

TEST_F(FakeHostTest, WorldIsScripted) {
  host_.set_settings(R"({"s":1})");
  host_.add_secret("TOKEN", "hush");
  host_.add_conversation("c1");
  host_.add_event("c1", R"({"kind":"MessageEvent"})");
  std::string asked;
  host_.answer_http([&](const HttpRequest& request) {
    asked = request.method + " " + request.url;
    return HttpResult{COLLET_OK, {200, {}, "sunny"}, {}};
  });
  Started plugin(host_);
  EXPECT_EQ(plugin.get("/api/guest/world").body,
            R"({"s":1}hush1sunny{"kind":"MessageEvent"}{"kind":"ConversationErrorEvent"})");
  EXPECT_EQ(asked, "GET http://weather.example/today");
  EXPECT_EQ(host_.events("c1").size(), 2U);
}

TEST_F(FakeHostTest, ProcessesAreRefusedUntilTheyAreAllowed) {
  {
    Started plugin(host_);
    EXPECT_EQ(plugin.post("/api/guest/run", "exit 3").status, 500);
    EXPECT_TRUE(host_.has_logged("this test allows no processes"));
  }
  host_.allow_processes();
  Started plugin(host_);
  EXPECT_EQ(plugin.post("/api/guest/run", "printf out; exit 3").body, "out3");
  EXPECT_EQ(plugin.post("/api/guest/run", "kill -9 $$").body, "-9");
}

TEST_F(FakeHostTest, MissingFeatureIsMissing) {
  host_.leave_out(COLLET_FEATURE_STORE);
  Started plugin(host_);
  EXPECT_EQ(plugin.post("/api/guest/store", "value").status, 500);
}

TEST(FakeHostRefusals, CreateAndStartSpeakForThemselves) {
  FakeHost refusing(R"({"refuse":true})"), failing(R"({"fail_start":true})");
  EXPECT_THROW(
      try { PluginUnderTest(refusing, collet_plugin_entry); } catch (const std::runtime_error& error) {
        EXPECT_STREQ(error.what(), "create failed: refused by config");
        throw;
      },
      std::runtime_error);
  PluginUnderTest plugin(failing, collet_plugin_entry);
  EXPECT_THROW(plugin.start(), std::runtime_error);
}

TEST_F(FakeHostTest, ReplyThatIsKeptBeyondTheDeadline_IsToldAndDroppedAtStop) {
  Started plugin(host_);
  plugin.deadline = std::chrono::milliseconds(50);
  EXPECT_THROW(plugin.post("/api/guest/keep", ""), std::runtime_error);
  EXPECT_THAT(plugin.violations(), IsEmpty());  // stop() has dropped the reply, which answers it
}

}  // namespace
}  // namespace collet::testing
