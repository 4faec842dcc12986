// Plugins that read, follow and append events, over a real log.
#include "plugins/event_feature.hpp"

#include <gmock/gmock.h>

#include "base/id.hpp"
#include "plugins/testing/host_fixture.hpp"
#include "storage/database.hpp"
#include "storage/plugin_store.hpp"

namespace collet::plugins {
namespace {

using ::testing::HasSubstr;

/// One conversation, "c", with a real log.
class LoggedConversation final : public FakeConversations {
 public:
  explicit LoggedConversation(events::EventLog& log) : log_(log) {}
  Result<std::vector<events::Event>> read(const std::string& id, std::int64_t after_seq, int limit) override {
    if (id != "c") return not_found("no conversation " + id);
    return log_.read(id, after_seq, limit);
  }
  Result<std::int64_t> last_seq(const std::string& id) override { return log_.last_seq(id); }
  Result<std::shared_ptr<events::Subscription>> follow(std::string& id, std::optional<std::int64_t> after_seq,
                                                       std::function<void()> wake) override {
    if (id != "c") return not_found("no conversation " + id);
    return log_.follow(id, after_seq, nullptr, std::move(wake));
  }
  Result<std::string> append(const std::string& id, const std::string& kind, const std::string& source,
                             const std::string& members) override {
    appended = id + " " + kind + " " + source + " " + members;
    return std::string("the-id");
  }
  std::string appended;

 private:
  events::EventLog& log_;
};

class PluginEvents : public HostFixture {
 protected:
  void SetUp() override {
    HostFixture::SetUp();
    auto database = storage::Database::open(folder_ / "log", {});
    ASSERT_TRUE(database.ok()) << database.error().message;
    database_ = std::move(*database);
    log_.emplace(*database_);
    logged_.emplace(*log_);
    install("follower");
    start();
  }
  void start(const std::string& config = "{}") {
    ASSERT_EQ(load(config), "");
    host_->set_conversations(*logged_);
    host_->start_all();
  }
  void TearDown() override {
    HostFixture::TearDown();
    log_.reset();
    database_.reset();
  }
  void append(int count) {
    for (int i = 0; i < count; ++i) {
      std::promise<bool> stored;
      log_->append("c", {{new_uuid(), "K", "agent", R"("source":"agent","kind":"K"})"}}, std::nullopt,
                   [&](const auto& result) { stored.set_value(result.ok()); });
      ASSERT_TRUE(stored.get_future().get());
    }
  }
  std::string seen() { return call("GET", "/api/seen").body; }
  void wait_for(const std::string& text) {
    while (seen() != text) std::this_thread::yield();
  }
  static std::string range(int from, int to) {
    std::string text;
    for (int i = from; i <= to; ++i) text += std::to_string(i) + " ";
    return text;
  }

  std::unique_ptr<storage::Database> database_;
  std::optional<events::EventLog> log_;
  std::optional<LoggedConversation> logged_;
};

TEST_F(PluginEvents, Read_GivesEventsBehindASeq) {
  append(6);
  EXPECT_EQ(call("GET", "/api/read/c").body, R"(last 6: 3{"id": 4{"id": 5{"id":)");
  const auto unknown = call("GET", "/api/read/none");
  EXPECT_EQ(unknown.status, 400 + COLLET_NOT_FOUND);
  EXPECT_EQ(unknown.body, "no conversation none");
}

TEST_F(PluginEvents, Follow_OldThenNewThenCancelled) {
  append(3);
  ASSERT_EQ(call("POST", "/api/follow/c", "", {{"after", "1"}}).body, "following");
  wait_for("2 3 ");
  append(2);
  log_->broadcast("c", std::make_shared<const std::string>("transient"));
  append(1);
  wait_for("2 3 4 5 6 ");
  call("DELETE", "/api/follow");
  wait_for("2 3 4 5 6 ended 0 ");
  append(1);
  ASSERT_EQ(call("POST", "/api/follow/c", "", {{"after", "-1"}}).body, "following");
  append(1);
  wait_for("2 3 4 5 6 ended 0 8 ");
}

TEST_F(PluginEvents, Follow_MayBeCancelledFromItsOwnCall) {
  ASSERT_EQ(call("POST", "/api/follow/c").body, "following");
  append(14);
  wait_for(range(1, 13) + "ended 0 ");
}

TEST_F(PluginEvents, Follow_SurvivesWhatItsCallThrows) {
  append(60);
  ASSERT_EQ(call("POST", "/api/follow/c", "", {{"after", "59"}}).body, "following");
  append(10);
  wait_for(range(60, 70));
}

TEST_F(PluginEvents, Follow_EndsWithItsConversationAndWithThePlugin) {
  ASSERT_EQ(call("POST", "/api/follow/c").body, "following");
  host_->conversation_removed("another");
  append(1);
  wait_for("1 ");
  host_->conversation_removed("c");
  wait_for("1 ended " + std::to_string(COLLET_NOT_FOUND) + " ");
  ASSERT_EQ(call("POST", "/api/follow/c", "", {{"after", "-1"}}).body, "following");
  EXPECT_TRUE(host_->stop_all());
  host_.reset();
  auto store = storage::PluginStore::open(folder_ / "state", "follower");
  ASSERT_TRUE(store.ok()) << store.error().message;
  EXPECT_THAT(*(*store)->get("seen"), HasSubstr("ended " + std::to_string(COLLET_UNAVAILABLE)));
}

TEST_F(PluginEvents, Follow_BeginsWithinTheStart) {
  append(2);
  start(R"({"follower":{"at_start":"c"}})");
  wait_for("1 2 ");
}

TEST_F(PluginEvents, Follow_OfAStartThatFailed_Ends) {
  start(R"({"follower":{"at_start":"c","fails":true}})");
  EXPECT_EQ(status("follower").state, State::kFailed);
  drop_host();  // and nothing is left inside
  auto store = storage::PluginStore::open(folder_ / "state", "follower");
  ASSERT_TRUE(store.ok()) << store.error().message;
  EXPECT_THAT(*(*store)->get("seen"), HasSubstr("ended " + std::to_string(COLLET_UNAVAILABLE)));
}

TEST_F(PluginEvents, Follow_OfAnUnknownConversationIsRefused) {
  EXPECT_EQ(call("POST", "/api/follow/none").status, 400 + COLLET_NOT_FOUND);
  EXPECT_EQ(seen(), "");
}

TEST_F(PluginEvents, Append_ChecksTheKind) {
  EXPECT_EQ(
      call("POST", "/api/append/c", R"({"kind":"ConversationErrorEvent","code":"A","detail":"b"})").body,
      "the-id");
  EXPECT_EQ(logged_->appended, R"(c ConversationErrorEvent environment {"code":"A","detail":"b"})");
  const auto wrong = call("POST", "/api/append/c", R"({"kind":"ConversationErrorEvent","code":"A"})");
  EXPECT_EQ(wrong.status, 400 + COLLET_INVALID);
  EXPECT_EQ(wrong.body, "ConversationErrorEvent.detail is missing");
}

}  // namespace
}  // namespace collet::plugins
