// Requests of plugins to the outside, through a real client to a real peer.
#include <gmock/gmock.h>

#include "outbound/client.hpp"
#include "outbound/testing/scripted_peer.hpp"
#include "plugins/guest.hpp"
#include "plugins/http_call.hpp"
#include "plugins/http_feature.hpp"
#include "plugins/testing/host_fixture.hpp"
#include "storage/plugin_store.hpp"

namespace collet::plugins {
namespace {

using outbound::testing::answer;
using outbound::testing::PeerConnection;
using outbound::testing::ScriptedPeer;
using ::testing::HasSubstr;

class PluginRequests : public HostFixture {
 protected:
  void start(const std::vector<std::string>& allow, const std::string& config = "{}") {
    outbound::Client::Options options;
    options.policy = outbound::Policy::make(allow, false, {"http", "https"}).value();
    client_.emplace(std::move(options));
    install("fetcher");
    ASSERT_EQ(load(config), "");
    host_->set_outbound(*client_);
    host_->start_all();
  }
  void TearDown() override {
    HostFixture::TearDown();
    client_.reset();
  }
  std::string fetch(const std::string& url) {
    return call("POST", "/api/fetch", "body", {{"url", url}}).body;
  }

  // What the plugin has stored; the host is gone then.
  std::string stored(const std::string& key) {
    drop_host();
    auto store = storage::PluginStore::open(folder_ / "state", "fetcher");
    if (!store) return store.error().message;
    const auto value = (*store)->get(key);
    return value ? *value : value.error().message;
  }

  std::optional<outbound::Client> client_;
};

TEST_F(PluginRequests, Answer_ComesWithHeadersAndBody) {
  const ScriptedPeer peer([](const std::string&, const PeerConnection& connection) {
    connection.send(answer(404, "nothing", "X-Kind: test\r\n"));
  });
  start({"127.0.0.1"});
  EXPECT_EQ(fetch(peer.url("/x?y")), "404 test nothing");
  EXPECT_THAT(peer.requests().at(0), HasSubstr("POST /x?y HTTP/1.1\r\n"));
  EXPECT_THAT(peer.requests().at(0), HasSubstr("X-From: plugin\r\n"));
  EXPECT_THAT(peer.requests().at(0), ::testing::EndsWith("\r\n\r\nbody"));
}

TEST_F(PluginRequests, PolicyIsTheServers) {
  const ScriptedPeer peer(
      [](const std::string&, const PeerConnection& connection) { connection.send(answer(200, "inside")); });
  start({});
  EXPECT_THAT(fetch(peer.url()), HasSubstr("invalid: "));
  EXPECT_THAT(fetch("file:///etc/passwd"), HasSubstr("invalid: "));
  EXPECT_TRUE(peer.requests().empty());
}

TEST_F(PluginRequests, CancelledOrStopped_IsToldOnce) {
  const ScriptedPeer peer(
      [](const std::string&, const PeerConnection& connection) { connection.wait_for_end(); });
  start({"127.0.0.1"});
  EXPECT_EQ(call("POST", "/api/fetch-and-cancel", "", {{"url", peer.url()}}).body,
            "unavailable: the request was cancelled");
  call("POST", "/api/fetch-later", "", {{"url", peer.url()}});
  EXPECT_TRUE(host_->stop_all());  // waits for the end of the call, not for the peer
  EXPECT_EQ(status("fetcher").state, State::kStopped);
  drop_host();
  auto store = storage::PluginStore::open(folder_ / "state", "fetcher");
  ASSERT_TRUE(store.ok()) << store.error().message;
  EXPECT_EQ(*(*store)->get("ends"), "2");
}

TEST_F(PluginRequests, CancelledBeforeItsBegin_IsToldOnceAndNotSent) {
  const ScriptedPeer peer(
      [](const std::string&, const PeerConnection& connection) { connection.wait_for_end(); });
  outbound::Client::Options options;
  options.policy = outbound::Policy::make({"127.0.0.1"}, false, {"http"}).value();
  outbound::Client client(std::move(options));
  using std::chrono::seconds;
  Household household{.spawner = *spawner_,
                      .state_dir = folder_.path(),
                      .calls = WorkerPool({}),
                      .cancels = WorkerPool({}),
                      .completions = WorkerPool({.threads = 1}),
                      .callbacks = WorkerPool({}),
                      .streams = WorkerPool({}),
                      .most_open = 1,
                      .deadlines = {},
                      .create_patience = seconds(1),
                      .stop_patience = seconds(1),
                      .tool_grace = seconds(1),
                      .core_version = {}};
  ASSERT_TRUE(household.completions.start().ok());
  Guest guest(household, "caller", "caller.so", false);
  guest.outward.open();
  std::atomic<int> ends = 0;
  const auto call = std::make_shared<HttpCall>(
      guest, &ends, [](void* context, collet_status status, const collet_http_response*, collet_str) {
        EXPECT_EQ(status, COLLET_UNAVAILABLE);
        ++*static_cast<std::atomic<int>*>(context);
      });
  const auto handle = guest.http_calls.add(call);
  cancel_http_calls(guest);  // a stop, in between
  outbound::Request request;
  request.url = peer.url();
  call->begin(handle, client, std::move(request));
  EXPECT_TRUE(guest.http_calls.wait_none(std::chrono::steady_clock::now() + seconds(20)));
  household.completions.stop();
  EXPECT_EQ(ends, 1);
  client.stop();
  EXPECT_TRUE(peer.requests().empty());
}

TEST_F(PluginRequests, WithinItsStart_AreAnsweredThere) {
  const ScriptedPeer peer(
      [](const std::string&, const PeerConnection& connection) { connection.send(answer(200, "Moin")); });
  start({"127.0.0.1"}, R"({"fetcher":{"at_start":")" + peer.url() + "\"}}");
  EXPECT_EQ(status("fetcher").state, State::kStarted);
  EXPECT_EQ(stored("at_start"), "Moin");
}

TEST_F(PluginRequests, WithinItsSetup_AreRefusedWithAWordFromWhen) {
  start({}, R"({"fetcher":{"in_setup":"http://127.0.0.1/"}})");
  EXPECT_THAT(stored("in_setup"), HasSubstr("requests can be sent from the plugin's start to its stop"));
}

TEST_F(PluginRequests, OfAStartThatFailed_AreEndedAndToldOnce) {
  const ScriptedPeer peer(
      [](const std::string&, const PeerConnection& connection) { connection.wait_for_end(); });
  start({"127.0.0.1"}, R"({"fetcher":{"fails":true,"later_at_start":")" + peer.url() + "\"}}");
  EXPECT_EQ(status("fetcher").state, State::kFailed);
  EXPECT_EQ(stored("late_ends"), "1");  // and nothing is left inside
}

TEST_F(PluginRequests, ThatAStartWaitsFor_DoNotHoldUpTheStop) {
  const ScriptedPeer peer(
      [](const std::string&, const PeerConnection& connection) { connection.wait_for_end(); });
  patience_ = std::chrono::milliseconds(100);
  start({"127.0.0.1"}, R"({"fetcher":{"at_start":")" + peer.url() + "\"}}");
  while (peer.requests().empty()) std::this_thread::yield();
  EXPECT_EQ(status("fetcher").state, State::kStarting);
  EXPECT_EQ(stored("at_start"), "unavailable: the request was cancelled");
}

TEST_F(PluginRequests, WithoutAClient_IsRefused) {
  install("fetcher");
  ASSERT_EQ(load(), "");
  host_->start_all();
  EXPECT_THAT(fetch("http://127.0.0.1/"),
              HasSubstr("unavailable: requests can be sent from the plugin's start"));
}

}  // namespace
}  // namespace collet::plugins
