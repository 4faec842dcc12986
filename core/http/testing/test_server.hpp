// For tests: a server on a free port.
#pragma once
#include <gtest/gtest.h>

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "http/http_server.hpp"
#include "http/testing/open_gate.hpp"
#include "http/testing/raw_client.hpp"
#include "http/websocket.hpp"

namespace collet::http::testing {

/// A door that the test opens, and that handlers wait at.
class Door {
 public:
  ~Door() { open(); }
  void open() {
    const std::lock_guard lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }
  void pass() {
    std::unique_lock lock(mutex_);
    ++waiting_;
    changed_.notify_all();
    changed_.wait(lock, [this] { return open_; });
  }
  /// Returns when `n` handlers have come so far.
  bool wait_for(int n) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, RawClient::kPatience, [this, n] { return waiting_ >= n; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int waiting_ = 0;
  bool open_ = false;
};

class ServerTest : public ::testing::Test {
 protected:
  void TearDown() override { server_.reset(); }

  template <class F>
  void route(std::string method, std::string pattern, Lane lane, F answer_it, std::string owner = "core") {
    handle(std::move(method), std::move(pattern), lane, answering(std::move(answer_it)), std::move(owner));
  }
  void handle(std::string method, std::string pattern, Lane lane, Handler handler,
              std::string owner = "core") {
    const auto added = router_.add({.method = std::move(method),
                                    .pattern = std::move(pattern),
                                    .owner = std::move(owner),
                                    .lane = lane,
                                    .handler = std::move(handler)});
    ASSERT_TRUE(added.ok());
  }
  void socket(std::string pattern, std::function<void(std::shared_ptr<WebSocket>, Request)> on_open) {
    const auto added = router_.add(
        {.pattern = std::move(pattern), .owner = "core", .refuse = {}, .on_open = std::move(on_open)});
    ASSERT_TRUE(added.ok());
  }
  void start() {
    options_.port = 0;
    server_ = std::make_unique<HttpServer>(options_, router_, gate_);
    auto port = server_->bind();
    ASSERT_TRUE(port.ok()) << port.error().message;
    port_ = *port;
    const auto started = server_->start();
    ASSERT_TRUE(started.ok()) << started.error().message;
  }
  /// One request on a connection of its own.
  Answer ask(std::string_view request_text) const {
    return RawClient(port_).ask(request_text).value_or(Answer());
  }

  Router router_;
  OpenGate gate_;
  HttpServer::Options options_;
  std::unique_ptr<HttpServer> server_;
  std::uint16_t port_ = 0;
};

}  // namespace collet::http::testing
