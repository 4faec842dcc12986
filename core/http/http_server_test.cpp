#include "http/http_server.hpp"

#include <poll.h>
#include <sys/socket.h>

#include <atomic>
#include <chrono>
#include <future>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "http/testing/test_server.hpp"

namespace collet::http {
namespace {

using std::chrono::milliseconds;
using testing::Answer;
using testing::Door;
using testing::RawClient;
using testing::request;

class HttpServerTest : public testing::ServerTest {
 protected:
  void SetUp() override {
    route("GET", "/health", Lane::kInline,
          [](const Request&) { return Response::json(R"({"status":"ok"})"); });
    route("POST", "/echo", Lane::kInline, [](const Request& r) { return Response::text(r.body); });
    route("GET", "/worker", Lane::kWorker, [](const Request&) { return Response::text("worker"); });
    route("GET", "/wait", Lane::kWorker,
          [this](const Request&) { return door_.pass(), Response::text("waited"); });
    route(
        "GET", "/slow/{n}", Lane::kWorker,
        [this](const Request&) { return door_.pass(), Response::success(); }, "slow");
    route("POST", "/stop", Lane::kReserved, [](const Request&) { return Response::success(); });
    route("GET", "/api/tools/", Lane::kInline, [](const Request&) { return Response::json("[]"); });
    route("GET", "/throw", Lane::kWorker,
          [](const Request&) -> Response { throw std::runtime_error("inside knowledge"); });
    route("GET", "/throw-int", Lane::kInline, [](const Request&) -> Response { throw 7; });
    handle("GET", "/drop", Lane::kWorker, [](const Request&, const Reply&) {});
    route("DELETE", "/nothing", Lane::kInline, [](const Request&) { return Response::empty(204); });
    route("GET", "/big", Lane::kWorker,
          [](const Request&) { return Response::text(std::string(kBig, 'x')); });
    route("GET", "/split", Lane::kInline, [](const Request&) {
      Response response = Response::text("x");
      response.headers = {{"x-good", "1"}, {"x-bad", "1\r\nset-cookie: a=b"}};
      return response;
    });
  }
  void TearDown() override {
    door_.open();  // the server waits for its handlers
    ServerTest::TearDown();
  }
  static constexpr std::size_t kBig = 20'000'000;
  Door door_;
};

TEST_F(HttpServerTest, Get_AnswersWithTheRecordedFields) {
  start();
  const Answer answer = ask(request("GET", "/health"));
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, R"({"status":"ok"})");
  EXPECT_EQ(answer.header("content-type"), "application/json");
  EXPECT_EQ(answer.header("content-length"), "15");
  EXPECT_EQ(answer.header("vary"), "Origin");
  EXPECT_EQ(answer.header("date").size(), 29u);
}

TEST_F(HttpServerTest, Head_OfAGetRoute_Is405WithoutBody) {
  start();
  RawClient client(port_);
  const auto answer = client.ask(request("HEAD", "/health"));
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 405);
  EXPECT_EQ(answer->header("allow"), "GET");
  EXPECT_EQ(answer->header("content-length"), "31");
  EXPECT_EQ(client.ask(request("GET", "/health"))->status, 200);  // no stray body in between
}

TEST_F(HttpServerTest, UnknownPathAndMethod_AreAnsweredWithoutAskingTheGate) {
  start();
  EXPECT_EQ(ask(request("GET", "/nope")).body, R"({"detail":"Not Found"})");
  const Answer answer = ask(request("PUT", "/health", "", "{}"));
  EXPECT_EQ(answer.status, 405);
  EXPECT_EQ(answer.body, R"({"detail":"Method Not Allowed"})");
  EXPECT_EQ(gate_.asked, 0);
}

TEST_F(HttpServerTest, MissingSlash_RedirectsToThisHost) {
  start();
  const Answer answer = ask(request("GET", "/api/tools?a=b", "Host: here:81\r\n"));
  EXPECT_EQ(answer.status, 307);
  EXPECT_EQ(answer.header("location"), "http://here:81/api/tools/?a=b");
  EXPECT_EQ(answer.header("content-length"), "0");
  EXPECT_EQ(answer.header("content-type"), "");
}

TEST_F(HttpServerTest, Preflight_IsAnsweredBeforeRouting) {
  start();
  const Answer answer = ask(request(
      "OPTIONS", "/health", "Origin: http://localhost:3000\r\nAccess-Control-Request-Method: GET\r\n"));
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, "OK");
  EXPECT_EQ(answer.header("access-control-allow-origin"), "http://localhost:3000");
}

TEST_F(HttpServerTest, Origin_IsEchoedOnErrorsToo) {
  start();
  const Answer answer = ask(request("GET", "/nope", "Origin: http://localhost:3000\r\n"));
  EXPECT_EQ(answer.header("access-control-allow-origin"), "http://localhost:3000");
  EXPECT_EQ(answer.header("access-control-allow-credentials"), "true");
}

TEST_F(HttpServerTest, ThrowingHandler_Answers500WithoutItsText) {
  start();
  for (const char* path : {"/throw", "/throw-int", "/drop"}) {
    const Answer answer = ask(request("GET", path));
    EXPECT_EQ(answer.status, 500);
    EXPECT_EQ(answer.body.find("inside knowledge"), std::string::npos);
    EXPECT_EQ(answer.body.rfind(R"({"detail":"Internal Server Error","error_id":")", 0), 0u) << answer.body;
    EXPECT_EQ(answer.body.size(), 80u);
  }
}

TEST_F(HttpServerTest, NoContent_HasNoLength) {
  start();
  RawClient client(port_);
  const auto answer = client.ask(request("DELETE", "/nothing"));
  EXPECT_EQ(answer->status, 204);
  EXPECT_EQ(answer->headers.count("content-length"), 0u);
  EXPECT_EQ(client.ask(request("GET", "/health"))->status, 200);
}

TEST_F(HttpServerTest, FieldWithLineBreak_IsLeftOut) {
  start();
  const Answer answer = ask(request("GET", "/split"));
  EXPECT_EQ(answer.header("x-good"), "1");
  EXPECT_EQ(answer.headers.count("set-cookie"), 0u);
}

TEST_F(HttpServerTest, Pipelined_AnswersComeInOrder) {
  start();
  RawClient client(port_);
  client.send(request("GET", "/worker") + request("GET", "/health") + request("POST", "/echo", "", "hi") +
              request("GET", "/worker"));
  EXPECT_EQ(client.receive()->body, "worker");
  EXPECT_EQ(client.receive()->body, R"({"status":"ok"})");
  EXPECT_EQ(client.receive()->body, "hi");
  EXPECT_EQ(client.receive()->body, "worker");
}

TEST_F(HttpServerTest, RefusedRequestWithShortBody_KeepsTheConnection) {
  start();
  RawClient client(port_);
  EXPECT_EQ(client.ask(request("POST", "/nope", "", "{}"))->status, 404);
  EXPECT_EQ(client.ask(request("GET", "/health"))->status, 200);
}

TEST_F(HttpServerTest, ConnectionCloseAndHttp10_AreClosed) {
  start();
  for (const std::string& text :
       {request("GET", "/health", "Connection: close\r\n"), std::string("GET /health HTTP/1.0\r\n\r\n")}) {
    RawClient client(port_);
    EXPECT_EQ(client.ask(text)->header("connection"), "close");
    EXPECT_TRUE(client.closed_by_server());
  }
}

TEST_F(HttpServerTest, LargeBody_IsRefusedBeforeItIsSent) {
  start();
  RawClient client(port_);
  const auto answer = client.ask("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 5000000000\r\n\r\n");
  EXPECT_EQ(answer->status, 413);
  EXPECT_TRUE(client.closed_by_server());
}

TEST_F(HttpServerTest, ExpectContinue_IsTold) {
  start();
  RawClient client(port_);
  client.send("POST /echo HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
  EXPECT_EQ(client.receive()->status, 100);
  client.send("hi");
  EXPECT_EQ(client.receive()->body, "hi");
}

TEST_F(HttpServerTest, HalfClosedClient_GetsItsWholeAnswer) {
  start();
  RawClient client(port_);
  client.send(request("GET", "/big"));
  client.half_close();
  EXPECT_EQ(client.receive()->body.size(), kBig);
}

TEST_F(HttpServerTest, SlowHead_Gets408) {
  options_.limits.head_time = milliseconds(50);
  start();
  RawClient client(port_);
  client.send("GET /health HTTP/1.1\r\n");
  EXPECT_EQ(client.receive()->status, 408);
  EXPECT_TRUE(client.closed_by_server());
}

TEST_F(HttpServerTest, StalledBody_Gets408) {
  options_.limits.body_time = milliseconds(50);
  start();
  RawClient client(port_);
  client.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhe");
  EXPECT_EQ(client.receive()->status, 408);
}

TEST_F(HttpServerTest, IdleConnection_IsClosed) {
  options_.limits.idle_time = milliseconds(50);
  start();
  RawClient client(port_);
  client.ask(request("GET", "/health"));
  EXPECT_TRUE(client.closed_by_server());
}

TEST_F(HttpServerTest, ClientThatDoesNotRead_IsDropped) {
  options_.limits.write_stall = milliseconds(100);
  start();
  RawClient client(port_);
  client.send(request("GET", "/big"));
  ASSERT_TRUE(client.fill(1));
  // Reading nothing more; the server closes, and what was under way is all that comes.
  const auto until = std::chrono::steady_clock::now() + RawClient::kPatience;
  while (server_->connections() > 0 && std::chrono::steady_clock::now() < until) std::this_thread::yield();
  EXPECT_EQ(server_->connections(), 0u);
  EXPECT_FALSE(client.fill(kBig));
}

TEST_F(HttpServerTest, PipeliningBeyondTheLimit_IsDropped) {
  options_.limits.pipeline_bytes = 1000;
  start();
  RawClient client(port_);
  client.send(request("GET", "/wait"));
  ASSERT_TRUE(door_.wait_for(1));
  client.send(std::string(2000, 'x'));
  EXPECT_TRUE(client.closed_by_server());
}

TEST_F(HttpServerTest, TooManyConnections_AreRefused) {
  options_.limits.connections = 2;
  start();
  RawClient first(port_);
  RawClient second(port_);
  first.ask(request("GET", "/health"));
  second.ask(request("GET", "/health"));
  RawClient third(port_);
  EXPECT_EQ(third.receive()->status, 503);
  EXPECT_EQ(server_->connections(), 2u);
}

TEST_F(HttpServerTest, TooManyConnectionsOfOneAddress_LeaveRoomForOthers) {
  options_.limits.connections_per_address = 1;
  start();
  RawClient first(port_, "127.0.0.2");
  EXPECT_EQ(first.ask(request("GET", "/health"))->status, 200);
  RawClient second(port_, "127.0.0.2");
  EXPECT_EQ(second.receive()->status, 503);
  RawClient other(port_, "127.0.0.3");
  EXPECT_EQ(other.ask(request("GET", "/health"))->status, 200);
}

TEST_F(HttpServerTest, FullQueue_Gets503AndLeavesTheOthersAlone) {
  options_.worker_threads = 2;
  options_.queue_length = 1;
  start();
  RawClient running(port_);
  RawClient waiting(port_);
  running.send(request("GET", "/slow/1"));
  ASSERT_TRUE(door_.wait_for(1));
  waiting.send(request("GET", "/slow/2"));
  RawClient third(port_);
  third.send(request("GET", "/slow/3"));
  // One of the two is in the queue now, whichever came first, and the other is refused.
  pollfd either[] = {{waiting.fd(), POLLIN, 0}, {third.fd(), POLLIN, 0}};
  ASSERT_GT(::poll(either, 2, 10'000), 0);
  const auto refused = (either[0].revents != 0 ? waiting : third).receive();
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->status, 503);
  EXPECT_EQ(refused->header("retry-after"), "1");
  EXPECT_EQ(ask(request("GET", "/worker")).body, "worker");
  EXPECT_EQ(ask(request("POST", "/stop")).status, 200);
  door_.open();
  EXPECT_EQ(running.receive()->status, 200);
}

TEST_F(HttpServerTest, ReplyFromAnotherThreadLater_IsSent) {
  std::promise<Reply> kept;
  handle("GET", "/later", Lane::kInline,
         [&](const Request&, Reply reply) { kept.set_value(std::move(reply)); });
  start();
  RawClient client(port_);
  client.send(request("GET", "/later"));
  Reply reply = kept.get_future().get();
  reply.send(Response::text("now"));
  EXPECT_EQ(client.receive()->body, "now");
}

TEST_F(HttpServerTest, Drain_AnswersWhatRunsAndClosesTheRest) {
  start();
  RawClient busy(port_);
  RawClient idle(port_);
  idle.ask(request("GET", "/health"));
  busy.send(request("GET", "/wait"));
  ASSERT_TRUE(door_.wait_for(1));
  std::thread drain([this] { server_->drain(std::chrono::seconds(10)); });
  EXPECT_TRUE(idle.closed_by_server());
  RawClient late(port_);
  EXPECT_FALSE(late.ask(request("GET", "/health")));
  door_.open();
  const auto answer = busy.receive();
  EXPECT_EQ(answer->body, "waited");
  EXPECT_EQ(answer->header("connection"), "close");
  busy.close();
  drain.join();
  EXPECT_EQ(server_->connections(), 0u);
  EXPECT_FALSE(RawClient(port_).connected());
}

TEST_F(HttpServerTest, Drain_DoesNotWaitForAHandlerThatHangs) {
  start();
  RawClient busy(port_);
  busy.send(request("GET", "/wait"));
  ASSERT_TRUE(door_.wait_for(1));
  EXPECT_FALSE(server_->drain(std::chrono::milliseconds(0)));
  EXPECT_TRUE(busy.closed_by_server());
  door_.open();
  while (!server_->drain(std::chrono::milliseconds(0))) continue;  // as soon as it has come back
}

TEST_F(HttpServerTest, Reply_MayOutliveTheServer) {
  std::promise<Reply> kept;
  handle("GET", "/later", Lane::kInline,
         [&](const Request&, Reply reply) { kept.set_value(std::move(reply)); });
  start();
  RawClient client(port_);
  client.send(request("GET", "/later"));
  Reply reply = kept.get_future().get();
  server_.reset();
  EXPECT_TRUE(client.closed_by_server());
  reply.send(Response::text("too late"));
}

TEST_F(HttpServerTest, WhoConnectsBeforeTheStart_IsAnsweredAfterIt) {
  options_.port = 0;
  server_ = std::make_unique<HttpServer>(options_, router_, gate_);
  RawClient early(server_->bind().value());
  early.send(request("GET", "/health"));
  ASSERT_TRUE(server_->start().ok());
  EXPECT_EQ(early.receive().value_or(Answer()).status, 200);
}

TEST_F(HttpServerTest, BoundButNeverStarted_GivesThePortBack) {
  options_.port = 0;
  server_ = std::make_unique<HttpServer>(options_, router_, gate_);
  options_.port = server_->bind().value();
  server_.reset();
  HttpServer next(options_, router_, gate_);
  EXPECT_TRUE(next.bind().ok());
}

TEST_F(HttpServerTest, TakenPort_IsRefused) {
  start();
  HttpServer::Options options;
  options.port = port_;
  HttpServer second(options, router_, gate_);
  const auto port = second.bind();
  ASSERT_FALSE(port.ok());
  EXPECT_NE(port.error().message.find(std::to_string(port_)), std::string::npos);
}

TEST_F(HttpServerTest, ManyClients_AllGetTheirOwnAnswer) {
  start();
  std::atomic<int> right{0};
  std::vector<std::thread> clients;
  clients.reserve(8);
  for (int c = 0; c < 8; ++c)
    clients.emplace_back([this, c, &right] {
      RawClient client(port_);
      for (int i = 0; i < 200; ++i) {
        const std::string body = std::to_string(c) + ":" + std::to_string(i);
        const auto echo = client.ask(request("POST", "/echo", "", body));
        const auto worker = client.ask(request("GET", "/worker"));
        if (echo && echo->body == body && worker && worker->body == "worker") ++right;
      }
    });
  for (auto& client : clients) client.join();
  EXPECT_EQ(right, 8 * 200);
}

}  // namespace
}  // namespace collet::http
