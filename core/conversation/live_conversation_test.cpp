#include "conversation/live_conversation.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <condition_variable>
#include <future>
#include <mutex>
#include <thread>

#include "agent/builtin_tools.hpp"
#include "base/id.hpp"
#include "collet/testing/temporary_folder.hpp"
#include "secrets/key_ring.hpp"
#include "storage/database.hpp"

namespace collet::conversation {
namespace {

constexpr std::chrono::seconds kPatience{30};  // only failures take it

/// A model whose answers come when the test says so.
class Model final : public llm::Provider {
 public:
  std::unique_ptr<llm::Call> start(const llm::Config&, llm::Request, Delta, Done done) override {
    const std::lock_guard lock(mutex_);
    asked_.push_back(std::move(done));
    changed_.notify_all();
    return std::make_unique<llm::Call>();
  }
  /// Waits for a question. False: none came.
  bool is_asked() {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, kPatience, [this] { return !asked_.empty(); });
  }
  void answer(llm::Response response) {
    Done done;
    {
      const std::lock_guard lock(mutex_);
      done = std::move(asked_.front());
      asked_.pop_front();
    }
    llm::Outcome outcome;
    outcome.response = std::move(response);
    done(std::move(outcome));
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Done> asked_;
};

/// Holds the database's commits while it is closed.
class Gate {
 public:
  void pass() {
    std::unique_lock lock(mutex_);
    waiting_ = true;
    changed_.notify_all();
    changed_.wait(lock, [this] { return open_; });
    waiting_ = false;
  }
  void close() {
    const std::lock_guard lock(mutex_);
    open_ = false;
  }
  void open() {
    const std::lock_guard lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }
  /// Waits until a commit stands before the closed gate.
  void wait_for_commit() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return waiting_ && !open_; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool open_ = true;
  bool waiting_ = false;
};

class NoSecrets final : public SecretAccess {
 public:
  void value_of(const json::Value&, const std::string&, const std::string&, Value done) override {
    done(not_found("there are none"));
  }
  void record_use(const std::string&, const std::string&, Recorded done) override { done({}); }
};

/// Fails, and says with which key.
class BrokenTool final : public agent::Tool {
 public:
  BrokenTool() {
    description_.name = "broken";
    description_.parameters = R"({"type":"object"})";
    description_.annotations = "{}";
  }
  const agent::ToolDescription& description() const override { return description_; }
  std::unique_ptr<agent::RunningCall> start(agent::ToolCall,
                                            std::function<void(agent::ToolOutcome)> done) override {
    done({"", "refused: key-12345678"});
    return std::make_unique<agent::RunningCall>();
  }
  void close_conversation(const std::string&) override {}

 private:
  agent::ToolDescription description_;
};

class LiveConversationTest : public ::testing::Test {
 protected:
  LiveConversationTest() {
    tools.add(agent::make_finish_tool());
    tools.add(agent::make_think_tool());
    tools.add(std::make_shared<BrokenTool>());
    conversation::Setup setup;
    setup.id = new_uuid();
    setup.agent = R"({"kind":"Agent","llm":{"model":"openai/x","usage_id":"agent","api_key":"key-12345678"},)"
                  R"("tools":[{"name":"broken"}]})";
    setup.workspace = R"({"working_dir":"/tmp","kind":"LocalWorkspace"})";
    setup.working_dir = "/tmp";
    setup.autotitle = false;
    State state;
    state.setup = make_setup(std::move(setup), box);
    conversation = std::move(LiveConversation::make(around, std::move(state), {})).value();
  }
  ~LiveConversationTest() override {
    work.reset();
    io.stop();
    thread.join();
  }

  std::future<Result<void>> command(const std::function<void(Conversation::Done)>& give) {
    auto promise = std::make_shared<std::promise<Result<void>>>();
    give([promise](Result<void> result) { promise->set_value(std::move(result)); });
    return promise->get_future();
  }
  std::string document() {
    std::promise<std::string> promise;
    conversation->document([&](std::string text) { promise.set_value(std::move(text)); });
    return promise.get_future().get();
  }

  collet::testing::TemporaryFolder folder;
  Gate gate;
  std::unique_ptr<storage::Database> database = [this] {
    storage::Database::Options options;
    options.before_commit = [this] { gate.pass(); };
    return std::move(storage::Database::open(folder.path(), options)).value();
  }();
  secrets::KeyRing ring = std::move(secrets::KeyRing::open(folder.path(), "s3cret")).value();
  secrets::SealedBox box{ring};
  events::EventLog log{*database};
  Model model;
  llm::Providers providers{model};
  agent::ToolRegistry tools;
  RunSlots slots{10};
  asio::io_context io;
  asio::executor_work_guard<asio::io_context::executor_type> work = asio::make_work_guard(io);
  NoSecrets secrets;
  WorkerPool secret_readers{{}};
  Surroundings around{io, log, providers, tools, slots, box, secrets, secret_readers};
  std::shared_ptr<Conversation> conversation;
  std::thread thread{[this] { io.run(); }};
};

// The last step of a paused run is being stored when somebody asks for a run: the old one still seems to be
// there, and ends before the new status is stored.
TEST_F(LiveConversationTest, Run_AskedForWhileAPauseTakesEffect_IsNotLost) {
  const UserMessage message{R"([{"type":"text","text":"Go."}])", ""};
  ASSERT_TRUE(command([&](auto done) { conversation->send(message, true, done); }).get().ok());
  ASSERT_TRUE(model.is_asked());
  ASSERT_TRUE(command([&](auto done) { conversation->pause(done); }).get().ok());

  gate.close();
  llm::Response unknown_tool;  // a step of one commit
  unknown_tool.tool_calls.push_back({"call-1", "no_such_tool", "{}"});
  model.answer(unknown_tool);
  gate.wait_for_commit();
  auto run = command([&](auto done) { conversation->run(done); });
  EXPECT_NE(document().find(R"("execution_status":"paused")"),
            std::string::npos);  // and the command has begun
  gate.open();

  ASSERT_TRUE(run.get().ok());
  ASSERT_TRUE(model.is_asked()) << "the conversation says it runs, and nothing does: " << document();
  const auto closed = command([&](auto done) { conversation->close(Status::kPaused, done); });
  closed.wait();
}

TEST_F(LiveConversationTest, ToolError_IsStoredWithSecretsHidden) {
  const UserMessage message{R"([{"type":"text","text":"Go."}])", ""};
  ASSERT_TRUE(command([&](auto done) { conversation->send(message, true, done); }).get().ok());
  ASSERT_TRUE(model.is_asked());
  llm::Response calls;
  calls.tool_calls.push_back({"call-1", "broken", "{}"});
  model.answer(calls);
  ASSERT_TRUE(model.is_asked());
  std::string all;
  const auto events = log.read(conversation->id(), 0, 100);
  ASSERT_TRUE(events.ok());
  for (const auto& event : *events) all += *event.body;
  EXPECT_NE(all.find("refused: <secret-hidden>"), std::string::npos) << all;
  EXPECT_EQ(all.find("key-12345678"), std::string::npos) << all;
  const auto closed = command([&](auto done) { conversation->close(Status::kPaused, done); });
  closed.wait();
}

}  // namespace
}  // namespace collet::conversation
