#include "outbound/client.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cmath>
#include <cstdlib>
#include <future>

#include "outbound/testing/scripted_peer.hpp"

namespace collet::outbound {
namespace {

using namespace std::chrono_literals;
using testing::answer;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::PeerConnection;
using testing::ScriptedPeer;

constexpr auto kPatience = 30s;

Client::Options allowing(const std::vector<std::string>& allow) {
  Client::Options options;
  options.policy = Policy::make(allow, false, {"http", "https"}).value();
  return options;
}

Result<Response> wait(Client& client, Request request) {
  std::promise<Result<Response>> promise;
  client.start(std::move(request), [&](Result<Response> outcome) { promise.set_value(std::move(outcome)); });
  return promise.get_future().get();
}

Result<Response> get(Client& client, const std::string& url) { return wait(client, {.url = url}); }

ScriptedPeer::Script always(const std::string& text) {
  return [text](const std::string&, const PeerConnection& connection) { connection.send(text); };
}

// --- What is sent and what comes back ----------------------------------------------------------------
TEST(OutboundClient, Answer_ComesWhole) {
  const ScriptedPeer peer(always(answer(418, "short and stout", "X-Kind: teapot\r\n")));
  Client client(allowing({"127.0.0.1"}));
  const auto got = wait(client, {.method = "PUT",
                                 .url = peer.url("/a?b"),
                                 .headers = {{"X-Key", "k"}, {"X-Empty", ""}},
                                 .body = std::make_shared<const std::string>("body")});
  ASSERT_TRUE(got.ok()) << got.error().message;
  EXPECT_EQ(got->status, 418);
  EXPECT_EQ(got->body, "short and stout");
  EXPECT_THAT(got->headers, ::testing::Contains(::testing::Pair("x-kind", "teapot")));
  const auto asked = peer.requests().at(0);
  EXPECT_THAT(asked, ::testing::StartsWith("PUT /a?b HTTP/1.1\r\n"));
  EXPECT_THAT(asked, HasSubstr("X-Key: k\r\n"));
  EXPECT_THAT(asked, HasSubstr("X-Empty:\r\n"));
  EXPECT_THAT(asked, ::testing::EndsWith("\r\n\r\nbody"));
  for (const char* absent : {"Cookie", "Expect", "Content-Type", "Authorization"})
    EXPECT_THAT(asked, Not(HasSubstr(absent)));
}

TEST(OutboundClient, EveryMethod) {
  const ScriptedPeer peer([](const std::string& request, const PeerConnection& connection) {
    connection.send(request.starts_with("HEAD") ? "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"
                                                : answer(200, request.substr(0, request.find(' '))));
  });
  Client client(allowing({"127.0.0.1"}));
  for (const char* method : {"GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
    EXPECT_EQ(wait(client, {.method = method, .url = peer.url()})->body, method);
  EXPECT_EQ(wait(client, {.method = "HEAD", .url = peer.url()})->status, 200);
}

// --- Where it may go -----------------------------------------------------------------------------------
TEST(OutboundClient, AddressesThatAreNotPublic_AreNotEvenConnectedTo) {
  const ScriptedPeer peer(always(answer(200, "secret")));
  Client client({});
  const std::string port = std::to_string(peer.port());
  for (const std::string host : {"127.0.0.1", "localhost", "127.1", "2130706433", "0x7f000001", "0.0.0.0",
                                 "[::1]", "[::ffff:127.0.0.1]", "[::]"}) {
    const auto got = get(client, "http://" + host + ":" + port + "/path");
    ASSERT_FALSE(got.ok()) << host;
    EXPECT_THAT(got.error().message, HasSubstr("may not be called")) << host;
    EXPECT_EQ(got.error().kind, Error::Kind::kInvalid);
    EXPECT_THAT(got.error().message, Not(HasSubstr("/path")));
  }
  EXPECT_TRUE(peer.requests().empty());
}

TEST(OutboundClient, ReboundName_IsRefusedByTheAddressItConnectsTo) {
  const ScriptedPeer peer(always(answer(200, "secret")));
  const std::string port = std::to_string(peer.port());
  auto options = Client::Options{};
  options.names = {"public.example:" + port + ":127.0.0.1"};
  Client client(options);
  EXPECT_THAT(get(client, "http://public.example:" + port + "/").error().message,
              HasSubstr("127.0.0.1 may not be called"));
  EXPECT_TRUE(peer.requests().empty());

  options = allowing({"public.example:" + port});
  options.names = {"public.example:" + port + ":127.0.0.1"};
  Client listed(options);
  EXPECT_EQ(get(listed, "http://public.example:" + port + "/")->body, "secret");
  EXPECT_FALSE(get(listed, peer.url()).ok()) << "the name is listed, not its address";
}

TEST(OutboundClient, NameWithARefusedAddress_ThatBreaksOff_IsUnavailable) {
  const ScriptedPeer peer([](const std::string&, const PeerConnection&) {});
  const std::string port = std::to_string(peer.port());
  for (const std::string addresses : {"127.0.0.2,127.0.0.1", "127.0.0.1,127.0.0.2"}) {
    auto options = allowing({"127.0.0.1"});
    options.names = {"mixed.example:" + port + ":" + addresses};
    Client client(std::move(options));
    const auto got = get(client, "http://mixed.example:" + port + "/");
    ASSERT_FALSE(got.ok());
    EXPECT_EQ(got.error().kind, Error::Kind::kUnavailable) << addresses << ": " << got.error().message;
  }
  EXPECT_EQ(peer.requests().size(), 2U);
}

TEST(OutboundClient, OnlyListed_RefusesTheRest) {
  const ScriptedPeer peer(always(answer(200, "ok")));
  const std::string port = std::to_string(peer.port());
  Client::Options options;
  options.policy = Policy::make({"127.0.0.0/8"}, true, {"http"}).value();
  options.names = {"public.example:" + port + ":93.184.216.34"};
  Client client(options);
  EXPECT_EQ(get(client, peer.url())->body, "ok");
  EXPECT_THAT(get(client, "http://public.example:" + port + "/").error().message,
              HasSubstr("93.184.216.34 may not be called"));
  EXPECT_THAT(get(client, "https://127.0.0.1:" + port + "/").error().message, HasSubstr("outbound.schemes"));
}

TEST(OutboundClient, ProxyOfTheEnvironment_IsNotUsed) {
  const ScriptedPeer peer(always(answer(200, "direct")));
  const ScriptedPeer proxy(always(answer(200, "by proxy")));
  ::setenv("http_proxy", proxy.url("").c_str(), 1);  // NOLINT(concurrency-mt-unsafe): no other thread yet
  auto options = allowing({"peer.example"});
  options.names = {"peer.example:" + std::to_string(peer.port()) + ":127.0.0.1"};
  Client client(options);
  const auto got = get(client, "http://peer.example:" + std::to_string(peer.port()) + "/");
  ::unsetenv("http_proxy");  // NOLINT(concurrency-mt-unsafe)
  EXPECT_EQ(got->body, "direct");
  EXPECT_TRUE(proxy.requests().empty());
}

// --- Redirects -------------------------------------------------------------------------------------------
ScriptedPeer::Script redirecting_to(const std::string& target, int status = 302) {
  return [=](const std::string& request, const PeerConnection& connection) {
    connection.send(request.find(" /start ") != std::string::npos
                        ? answer(status, "moved", "Location: " + target + "\r\n")
                        : answer(200, request.substr(0, request.find("\r\n"))));
  };
}

TEST(OutboundClient, Redirect_IsAnAnswerUnlessAskedFor) {
  const ScriptedPeer peer(redirecting_to("/next"));
  Client client(allowing({"127.0.0.1"}));
  const auto got = get(client, peer.url("/start"));
  EXPECT_EQ(got->status, 302);
  EXPECT_EQ(got->body, "moved");
  EXPECT_EQ(peer.requests().size(), 1U);
}

TEST(OutboundClient, Redirect_OnTheSameServer_IsFollowed) {
  const auto body = std::make_shared<const std::string>("b");
  for (const auto& [status, expected] : {std::pair{302, "GET /next HTTP/1.1"},
                                         {303, "GET /next HTTP/1.1"},
                                         {307, "POST /next HTTP/1.1"},
                                         {308, "POST /next HTTP/1.1"}}) {
    const ScriptedPeer peer(redirecting_to("/next", status));
    Client client(allowing({"127.0.0.1"}));
    const auto got =
        wait(client, {.method = "POST", .url = peer.url("/start"), .body = body, .max_redirects = 3});
    ASSERT_TRUE(got.ok()) << got.error().message;
    EXPECT_EQ(got->body, expected) << status;
  }
}

TEST(OutboundClient, Redirect_ToAnotherServer_IsNotFollowed) {
  const ScriptedPeer other(always(answer(200, "other")));
  for (const std::string& target :
       {other.url("/x"), std::string("http://localhost/x"), std::string("//1.1.1.1/"),
        std::string("https://127.0.0.1/"), std::string("file:///etc/passwd")}) {
    const ScriptedPeer peer(redirecting_to(target));
    Client client(allowing({"127.0.0.0/8"}));
    const auto got =
        wait(client, {.url = peer.url("/start"), .headers = {{"X-Key", "k-1f2e"}}, .max_redirects = 3});
    ASSERT_FALSE(got.ok()) << target;
    EXPECT_THAT(got.error().message, HasSubstr("redirects to"));
    EXPECT_THAT(got.error().message, Not(HasSubstr("k-1f2e")));
  }
  EXPECT_TRUE(other.requests().empty());
}

TEST(OutboundClient, Redirect_WithoutEnd_IsCut) {
  const ScriptedPeer peer(always(answer(302, "", "Location: /again\r\n")));
  Client client(allowing({"127.0.0.1"}));
  const auto got = wait(client, {.url = peer.url(), .max_redirects = 3});
  ASSERT_FALSE(got.ok());
  EXPECT_THAT(got.error().message, HasSubstr("more than 3 redirects"));
  EXPECT_EQ(peer.requests().size(), 4U);
}

// --- Limits ----------------------------------------------------------------------------------------------
TEST(OutboundClient, HugeBody_IsCutOff) {
  std::promise<bool> noticed;
  const ScriptedPeer peer([&](const std::string&, const PeerConnection& connection) {
    bool open = connection.send("HTTP/1.1 200 OK\r\n\r\n");
    const std::string piece(64 << 10, 'x');
    while (open) open = connection.send(piece);
    noticed.set_value(true);
  });
  Client client(allowing({"127.0.0.1"}));
  const auto got = wait(client, {.url = peer.url(), .max_response_bytes = 100'000});
  ASSERT_FALSE(got.ok());
  EXPECT_THAT(got.error().message, HasSubstr("100000 bytes"));
  EXPECT_EQ(noticed.get_future().wait_for(kPatience), std::future_status::ready);
}

TEST(OutboundClient, SlowBody_RunsOutOfTime) {
  const ScriptedPeer peer([](const std::string&, const PeerConnection& connection) {
    connection.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nx");
    connection.wait_for_end();
  });
  Client client(allowing({"127.0.0.1"}));
  const auto got = wait(client, {.url = peer.url(), .timeout = 0.2});
  ASSERT_FALSE(got.ok());
  EXPECT_THAT(got.error().message, HasSubstr("in time"));
}

TEST(OutboundClient, TooManyAtOnce_AreRefused) {
  const ScriptedPeer peer(
      [](const std::string&, const PeerConnection& connection) { connection.wait_for_end(); });
  auto options = allowing({"127.0.0.1"});
  options.most_requests = 1;
  Client client(options);
  std::promise<void> never;
  const auto held = client.start({.url = peer.url()}, [&](Result<Response>) { never.set_value(); });
  EXPECT_THAT(get(client, peer.url()).error().message, HasSubstr("too many"));
  held.cancel();
}

// --- Ends ------------------------------------------------------------------------------------------------
TEST(OutboundClient, Cancel_EndsTheTransferAndCallsNobody) {
  std::promise<void> asked;
  std::promise<void> gone;
  const ScriptedPeer peer([&](const std::string&, const PeerConnection& connection) {
    asked.set_value();
    connection.wait_for_end();
    gone.set_value();
  });
  bool called = false;
  Client client(allowing({"127.0.0.1"}));
  const auto ticket = client.start({.url = peer.url()}, [&](Result<Response>) { called = true; });
  ASSERT_EQ(asked.get_future().wait_for(kPatience), std::future_status::ready);
  ticket.cancel();
  EXPECT_EQ(gone.get_future().wait_for(kPatience), std::future_status::ready);
  EXPECT_FALSE(called);
  Client::Ticket().cancel();
}

TEST(OutboundClient, Destruction_EndsWhatIsUnderWay) {
  const ScriptedPeer peer(
      [](const std::string&, const PeerConnection& connection) { connection.wait_for_end(); });
  std::promise<Result<Response>> promise;
  Client::Ticket ticket;
  {
    Client client(allowing({"127.0.0.1"}));
    ticket = client.start({.url = peer.url()}, [&](Result<Response> outcome) { promise.set_value(outcome); });
  }
  EXPECT_THAT(promise.get_future().get().error().message, HasSubstr("shutting down"));
  ticket.cancel();
}

TEST(OutboundClient, Stop_EndsAllAndTakesNothingMore) {
  const ScriptedPeer peer(
      [](const std::string&, const PeerConnection& connection) { connection.wait_for_end(); });
  Client client(allowing({"127.0.0.1"}));
  std::promise<Result<Response>> again;
  client.start({.url = peer.url()}, [&](const Result<Response>&) {
    client.start({.url = peer.url()}, [&](Result<Response> outcome) { again.set_value(std::move(outcome)); });
  });
  client.stop();
  client.stop();
  EXPECT_THAT(again.get_future().get().error().message, HasSubstr("shutting down"));
  EXPECT_THAT(get(client, peer.url()).error().message, HasSubstr("shutting down"));
}

TEST(OutboundClient, BadRequests_AreRefusedWithoutTheirValues) {
  Client client(allowing({"127.0.0.1"}));
  const std::string url = "http://127.0.0.1:1/";
  const std::vector<std::pair<Request, std::string>> bad = {
      {{.method = "TRACE", .url = url}, "method"},
      {{.method = "GET /x\r\n", .url = url}, "method"},
      {{.url = "ftp://127.0.0.1/"}, "URL"},
      {{.url = "/relative"}, "URL"},
      {{.url = "http://user:canary@127.0.0.1/"}, "user name"},
      {{.url = "http://h/" + std::string(20'000, 'x')}, "longer"},
      {{.url = url, .headers = {{"X-A", "canary\r\nX-B: c"}}}, "X-A"},
      {{.url = url, .headers = {{"X A", "canary"}}}, "name"},
      {{.url = url, .headers = {{"Host", "canary"}}}, "Host"},
      {{.url = url, .headers = {{"transfer-encoding", "canary"}}}, "transfer-encoding"},
      {{.url = url, .headers = {{"X", std::string(70'000, 'c')}}}, "longer"},
      {{.url = url, .timeout = 0}, "timeout"},
      {{.url = url, .timeout = std::nan("")}, "timeout"},
      {{.url = url, .timeout = 1e9}, "timeout"},
      {{.url = url, .max_response_bytes = 0}, "limit"},
      {{.url = url, .max_response_bytes = std::size_t{1} << 40}, "limit"}};
  for (const auto& [request, expected] : bad) {
    const auto got = wait(client, request);
    ASSERT_FALSE(got.ok()) << expected;
    EXPECT_EQ(got.error().kind, Error::Kind::kInvalid);
    EXPECT_THAT(got.error().message, HasSubstr(expected));
    EXPECT_THAT(got.error().message, Not(HasSubstr("canary")));
  }
}

TEST(OutboundClient, BrokenAnswers_AreErrorsInFixedWords) {
  Client client(allowing({"127.0.0.1"}));
  for (const char* text : {"", "canary garbage\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: canary\r\n\r\n",
                           "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort"}) {
    const ScriptedPeer peer(always(text));
    const auto got = get(client, peer.url("/canary?canary"));
    ASSERT_FALSE(got.ok()) << text;
    EXPECT_EQ(got.error().kind, Error::Kind::kUnavailable);
    EXPECT_THAT(got.error().message, HasSubstr(peer.url("").substr(7)));
    EXPECT_THAT(got.error().message, Not(HasSubstr("canary")));
  }
  EXPECT_EQ(get(client, "http://127.0.0.1:1/").error().kind, Error::Kind::kUnavailable);
}

}  // namespace
}  // namespace collet::outbound
