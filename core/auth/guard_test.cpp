#include "auth/guard.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "auth/listen_rule.hpp"
#include "http/http_server.hpp"
#include "http/testing/raw_client.hpp"
#include "http/websocket.hpp"
#include "secrets/key_ring.hpp"

namespace collet::auth {
namespace {

using http::testing::Answer;
using http::testing::RawClient;
using http::testing::request;
using http::testing::SocketClient;

// A server with this guard, asked through real sockets.
class GuardedServer : public testing::Test {
 protected:
  void start(const std::vector<std::string>& keys = {}, std::vector<std::string> origins = {}) {
    add("GET", "/health", http::Access::kPublic);
    add("GET", "/server_info", http::Access::kPublic);
    add("GET", "/api/settings", http::Access::kSession);
    add("POST", "/api/run", http::Access::kSession);
    add("GET", "/workspace", http::Access::kWorkspace);
    add("HEAD", "/workspace", http::Access::kWorkspace);
    add("POST", "/workspace", http::Access::kWorkspace);
    add("GET", "/v1/models", http::Access::kBearer);
    ASSERT_TRUE(router_
                    .add(http::SocketRoute{
                        .pattern = "/sockets/{id}",
                        .owner = "core",
                        .refuse = {},
                        .on_open =
                            [this](const std::shared_ptr<http::WebSocket>& socket, const http::Request&) {
                              ++calls_;
                              socket->on_message([socket](std::string_view text) {
                                socket->send(std::make_shared<const std::string>(text));
                              });
                              socket->send(std::make_shared<const std::string>("open"));
                            }})
                    .ok());
    guard_ = std::make_unique<Guard>(SessionKeys::from(keys).value(), std::move(origins), &ring_);
    http::HttpServer::Options options;
    options.port = 0;
    server_ = std::make_unique<http::HttpServer>(options, router_, *guard_);
    auto port = server_->bind();
    ASSERT_TRUE(port.ok()) << port.error().message;
    port_ = *port;
    ASSERT_TRUE(server_->start().ok());
  }
  void TearDown() override { server_.reset(); }

  Answer ask(std::string_view method, std::string_view target, std::string_view fields = "") const {
    return RawClient(port_).ask(request(method, target, fields)).value_or(Answer());
  }

  /// The cookie as a browser sends it back, for who has shown this key.
  std::string cookie(const std::string& key) const {
    http::Request request;
    request.headers = {{"x-session-api-key", key}};
    const auto field = guard_->open_workspace(request);
    return "Cookie: a=b; " + field.substr(0, field.find(';')) + "\r\n";
  }

  secrets::KeyRing ring_ = secrets::KeyRing::open("/nowhere", "a secret").value();
  http::Router router_;
  std::unique_ptr<Guard> guard_;
  std::unique_ptr<http::HttpServer> server_;
  std::uint16_t port_ = 0;
  std::atomic<int> calls_{0};

 private:
  void add(std::string method, std::string pattern, http::Access access) {
    ASSERT_TRUE(router_
                    .add(http::Route{.method = std::move(method),
                                     .pattern = std::move(pattern),
                                     .owner = "core",
                                     .access = access,
                                     .lane = http::Lane::kInline,
                                     .handler = http::answering([this](const http::Request&) {
                                       ++calls_;
                                       return http::Response::success();
                                     })})
                    .ok());
  }
};

// --- Without a key --------------------------------------------------------------------------------------

class Guard_ReboundPage : public GuardedServer {};

TEST_F(Guard_ReboundPage, IsRefused) {
  start();
  // The page's own name points to 127.0.0.1 now, so the browser sees no foreign origin; the Host tells.
  for (const char* host :
       {"evil.example", "evil.example:8000", "localhost.evil.example", "127.0.0.1.evil.example", ""})
    for (const char* path : {"/api/settings", "/server_info"}) {
      const Answer answer =
          ask("GET", path, "Host: " + std::string(host) + "\r\nSec-Fetch-Site: same-origin\r\n");
      EXPECT_EQ(answer.status, 403) << host;
      EXPECT_NE(answer.body.find("localhost"), std::string::npos);
    }
  EXPECT_EQ(calls_, 0);
}

TEST_F(Guard_ReboundPage, LearnsOfHealthOnly) {
  start();
  EXPECT_EQ(ask("GET", "/health", "Host: x\r\n").status, 200);
  EXPECT_EQ(ask("GET", "/server_info", "Host: x\r\n").status, 403);
}

class Guard_CrossSiteFormPost : public GuardedServer {};

TEST_F(Guard_CrossSiteFormPost, IsRefused) {
  start();
  const char* form = "Content-Type: application/x-www-form-urlencoded\r\n";
  for (const char* who :
       {"Origin: https://evil.example\r\n", "Origin: null\r\n", "Sec-Fetch-Site: cross-site\r\n",
        "Origin: https://evil.example\r\nSec-Fetch-Site: cross-site\r\n"})
    EXPECT_EQ(ask("POST", "/api/run", std::string(form) + who).status, 403) << who;
  EXPECT_EQ(calls_, 0);
}

class Guard_ForeignWebSocketOrigin : public GuardedServer {};

TEST_F(Guard_ForeignWebSocketOrigin, IsRefused) {
  start();
  EXPECT_EQ(SocketClient(port_, "/sockets/1", "Origin: https://evil.example\r\n").handshake().status, 403);
  EXPECT_EQ(SocketClient(port_, "/sockets/1", "Host: evil.example\r\n").handshake().status, 403);
  EXPECT_EQ(calls_, 0);
  EXPECT_EQ(SocketClient(port_, "/sockets/1", "Origin: http://localhost:3000\r\n").handshake().status, 101);
}

class Guard_OwnClients : public GuardedServer {};

TEST_F(Guard_OwnClients, GetIn) {
  start({}, {"https://ui.example"});
  for (const char* fields :
       {"", "Host: 127.0.0.1:8000\r\n", "Host: [::1]:8000\r\n", "Host: LOCALHOST\r\n",
        "Origin: http://localhost:3000\r\nSec-Fetch-Site: cross-site\r\n", "Origin: https://ui.example\r\n",
        "Sec-Fetch-Site: same-origin\r\n", "X-Session-API-Key: not needed here\r\n"})
    EXPECT_EQ(ask("GET", "/api/settings", fields).status, 200) << fields;
}

TEST_F(Guard_OwnClients, AuthMessageOnASocket_IsSwallowed) {
  start();
  SocketClient client(port_, "/sockets/1?session_api_key=whatever");
  EXPECT_EQ(client.receive()->payload, "open");
  client.send_text(R"({"type":"auth","session_api_key":"x"})");
  client.send_text("a");
  EXPECT_EQ(client.receive()->payload, "a");
}

// Runs in a forked child of a process with threads: system calls only. The status of the answer, or 0.
int ask_as_user(uid_t user, std::uint16_t port, const char* text, std::size_t size) {
  if (::syscall(SYS_setresuid, user, user, user) != 0) return 0;
  const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(port);
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(fd, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0) return 0;
  if (::send(fd, text, size, MSG_NOSIGNAL) != static_cast<ssize_t>(size)) return 0;
  char answer[64] = {};
  if (::recv(fd, answer, sizeof answer - 1, 0) < 12) return 0;
  return (answer[9] - '0') * 100 + (answer[10] - '0') * 10 + (answer[11] - '0');
}

// The exit status of a child holds no 403, so the child compares.
bool other_user_gets(int status, std::uint16_t port, const std::string& text) {
  constexpr uid_t kNobody = 65534;
  const pid_t child = ::fork();
  if (child == 0) ::_exit(ask_as_user(kNobody, port, text.data(), text.size()) == status ? 0 : 1);
  int result = -1;
  ::waitpid(child, &result, 0);
  return WIFEXITED(result) && WEXITSTATUS(result) == 0;
}

class Guard_AnotherLocalUser : public GuardedServer {
 protected:
  void SetUp() override {
    if (::geteuid() != 0) GTEST_SKIP() << "only root can become another user; run as root to see this one";
  }
};

TEST_F(Guard_AnotherLocalUser, IsRefused) {
  start();
  EXPECT_TRUE(other_user_gets(403, port_, request("GET", "/api/settings")));
  EXPECT_TRUE(other_user_gets(403, port_,
                              request("GET", "/sockets/1",
                                      "Connection: Upgrade\r\nUpgrade: websocket\r\n"
                                      "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAA\r\n")));
  EXPECT_EQ(calls_, 0);
  EXPECT_TRUE(other_user_gets(200, port_, request("GET", "/health")));
}

TEST_F(Guard_AnotherLocalUser, IsWarnedOfOnceInAWhile) {
  start();
  testing::internal::CaptureStderr();
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(other_user_gets(403, port_, request("GET", "/api/settings")));
  const std::string log = testing::internal::GetCapturedStderr();
  const auto first = log.find("another user");
  ASSERT_NE(first, std::string::npos);
  EXPECT_EQ(log.find("another user", first + 1), std::string::npos) << log;
}

// As after a reset: no socket has these ends.
TEST(Guard_ClientThatIsGone, IsRefusedWithoutAWarning) {
  Guard guard(SessionKeys::from({}).value(), {});
  http::Request head;
  head.method = "GET";
  head.raw_path = "/api/settings";
  head.headers = {{"host", "localhost"}};
  const http::Peer peer{.remote = {"127.0.0.1", 1}, .local = {"127.0.0.1", 2}};
  testing::internal::CaptureStderr();
  const auto refusal = guard.check(head, peer, http::Access::kSession);
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
  ASSERT_TRUE(refusal);
  EXPECT_EQ(refusal->status, 403);
}

TEST_F(Guard_AnotherLocalUser, GetsInWithAKey) {
  start({"right"});
  EXPECT_TRUE(other_user_gets(200, port_, request("GET", "/api/settings", "X-Session-API-Key: right\r\n")));
  EXPECT_TRUE(other_user_gets(401, port_, request("GET", "/api/settings")));
}

// --- With keys ------------------------------------------------------------------------------------------

class Guard_WithKeys : public GuardedServer {};

TEST_F(Guard_WithKeys, TheHeaderDecides) {
  start({"right", "second"});
  EXPECT_EQ(ask("GET", "/api/settings", "X-Session-API-Key: right\r\nHost: any.example\r\n").status, 200);
  EXPECT_EQ(ask("GET", "/api/settings", "X-Session-API-Key: second\r\n").status, 200);
  EXPECT_EQ(ask("GET", "/server_info", "Host: any.example\r\n").status, 200);
  for (const char* fields :
       {"", "X-Session-API-Key: wrong\r\n", "X-Session-API-Key:\r\n", "Authorization: Bearer right\r\n"}) {
    const Answer answer = ask("GET", "/api/settings", fields);
    EXPECT_EQ(answer.status, 401) << fields;
    EXPECT_EQ(answer.body, R"({"detail":"Unauthorized"})");
  }
  EXPECT_EQ(ask("GET", "/api/settings?session_api_key=right").status, 401);
  EXPECT_EQ(ask("GET", "/api/nope").status, 404);
}

TEST_F(Guard_WithKeys, SocketByQueryOrHeader) {
  start({"right"});
  SocketClient query(port_, "/sockets/1?session_api_key=right", "Origin: https://any.example\r\n");
  EXPECT_EQ(query.receive()->payload, "open");
  SocketClient header(port_, "/sockets/1", "X-Session-API-Key: right\r\n");
  EXPECT_EQ(header.receive()->payload, "open");
  const SocketClient wrong(port_, "/sockets/1?session_api_key=wrong");
  EXPECT_EQ(wrong.handshake().status, 403);
  EXPECT_EQ(wrong.handshake().header("content-length"), "0");
  EXPECT_EQ(SocketClient(port_, "/sockets/1", "X-Session-API-Key: wrong\r\n").handshake().status, 403);
}

TEST_F(Guard_WithKeys, SocketByFirstMessage) {
  start({"right"});
  SocketClient right(port_, "/sockets/1");
  EXPECT_EQ(right.handshake().status, 101);
  right.send_text(R"({"type":"auth","session_api_key":"right"})");
  EXPECT_EQ(right.receive()->payload, "open");
  right.send_text(R"({"type":"auth","session_api_key":"again"})");
  right.send_text("a");
  EXPECT_EQ(right.receive()->payload, "a");
  EXPECT_EQ(calls_, 1);
  for (const char* text :
       {R"({"type":"auth","session_api_key":"bad"})", R"({"type":"hello"})", "garbage", "[1]"}) {
    SocketClient wrong(port_, "/sockets/1");
    wrong.send_text(text);
    const auto last = wrong.receive();
    EXPECT_EQ(last->code, 4001) << text;
    EXPECT_EQ(last->payload, "Authentication failed");
  }
  EXPECT_EQ(calls_, 1);
}

TEST_F(Guard_WithKeys, BearerTokenIsForItsRoutes) {
  start({"right"});
  for (const char* good :
       {"Authorization: Bearer right\r\n", "Authorization: bearer right\r\n", "X-Session-API-Key: right\r\n"})
    EXPECT_EQ(ask("GET", "/v1/models", good).status, 200) << good;
  for (const char* bad : {"", "Authorization: Bearer wrong\r\n", "Authorization: Bearer\r\n",
                          "Authorization: Basic right\r\n", "Authorization: right\r\n"})
    EXPECT_EQ(ask("GET", "/v1/models", bad).status, 401) << bad;
  EXPECT_EQ(ask("GET", "/api/settings", "Authorization: Bearer right\r\n").status, 401);
}

TEST_F(Guard_WithKeys, WorkspaceCookieOpensTheWorkspaceOnly) {
  start({"right"});
  const auto cookie = this->cookie("right");
  EXPECT_EQ(cookie.find("right"), std::string::npos);
  EXPECT_EQ(ask("GET", "/workspace", cookie).status, 200);
  EXPECT_EQ(ask("GET", "/workspace", "X-Session-API-Key: right\r\n").status, 200);
  EXPECT_EQ(ask("POST", "/workspace", cookie).status, 401);
  EXPECT_EQ(ask("POST", "/workspace", "X-Session-API-Key: right\r\n").status, 200);
  EXPECT_EQ(ask("GET", "/api/settings", cookie).status, 401);
  EXPECT_EQ(ask("GET", "/v1/models", cookie).status, 401);
  EXPECT_EQ(ask("GET", "/workspace", "Cookie: oh_workspace_session_key=right\r\n").status, 401);
  EXPECT_EQ(ask("GET", "/workspace").status, 401);
  guard_->set_keys(SessionKeys::from({"new"}).value());
  EXPECT_EQ(ask("GET", "/workspace", cookie).status, 401);
}

TEST_F(Guard_WithKeys, WorkspaceCookieIsNotForForeignPages) {
  start({"right"}, {"https://ui.example"});
  const auto cookie = this->cookie("right");
  EXPECT_EQ(ask("GET", "/workspace", cookie + "Origin: https://ui.example\r\n").status, 200);
  EXPECT_EQ(ask("GET", "/workspace", cookie + "Origin: http://localhost:1\r\n").status, 200);
  EXPECT_EQ(ask("GET", "/workspace", cookie + "Origin: https://evil.example\r\n").status, 401);
  EXPECT_EQ(ask("GET", "/workspace", cookie + "Sec-Fetch-Site: cross-site\r\n").status, 401);
  EXPECT_EQ(ask("GET", "/workspace", cookie + "Sec-Fetch-Site: same-origin\r\n").status, 200);
}

TEST_F(Guard_WithKeys, WorkspaceCookieIsAsClientsKnowIt) {
  start({"right"});
  http::Request request;
  request.headers = {{"x-session-api-key", "right"}};
  const auto field = guard_->open_workspace(request);
  EXPECT_EQ(field.rfind("oh_workspace_session_key=", 0), 0u);
  EXPECT_EQ(field.substr(field.find(';')),
            "; HttpOnly; Max-Age=43200; Path=/api/conversations; SameSite=none; Secure; Partitioned");
  EXPECT_EQ(Guard::close_workspace(),
            "oh_workspace_session_key=\"\"; HttpOnly; Max-Age=0; Path=/api/conversations; SameSite=none; "
            "Secure; Partitioned");
  guard_->set_keys(SessionKeys());
  EXPECT_EQ(guard_->open_workspace({}).substr(0, 60),
            "oh_workspace_session_key=\"\"; HttpOnly; Max-Age=315360000; Pa");
}

// --- Where to listen ------------------------------------------------------------------------------------

TEST(ListenRule_BeyondLoopback, NeedsAKey) {
  const SessionKeys none;
  const SessionKeys some = SessionKeys::from({"k"}).value();
  for (const char* host : {"127.0.0.1", "localhost", "::1", "[::1]"})
    EXPECT_TRUE(check_listen_address(host, none).ok());
  for (const char* host : {"0.0.0.0", "::", "192.168.1.5", "example.org", "127.0.0.1.evil", ""}) {
    const auto refused = check_listen_address(host, none);
    ASSERT_FALSE(refused.ok()) << host;
    EXPECT_NE(refused.error().message.find("collet keygen"), std::string::npos);
    EXPECT_TRUE(check_listen_address(host, some).ok());
  }
}

}  // namespace
}  // namespace collet::auth
