// For tests: a plugin host whose routes and sockets are served on a free port.
#pragma once
#include <memory>

#include "http/http_server.hpp"
#include "http/testing/open_gate.hpp"
#include "http/testing/raw_client.hpp"
#include "plugins/testing/host_fixture.hpp"

namespace collet::plugins {

class ServedHost : public HostFixture {
 protected:
  /// Loads a plugin of testdata, and listens. `started`: with the plugin's start().
  void serve(const std::string& plugin, bool started = true) {
    install(plugin);
    ASSERT_EQ(load(), "");
    if (started) host_->start_all();
    options_.port = 0;
    server_ = std::make_unique<http::HttpServer>(options_, router_, gate_);
    auto port = server_->bind();
    ASSERT_TRUE(port.ok()) << port.error().message;
    port_ = *port;
    ASSERT_TRUE(server_->start().ok());
  }
  void TearDown() override {
    if (server_) server_->drain(std::chrono::milliseconds(1000));
    HostFixture::TearDown();
    server_.reset();
  }

  http::testing::OpenGate gate_;
  http::HttpServer::Options options_;
  std::unique_ptr<http::HttpServer> server_;
  std::uint16_t port_ = 0;
};

}  // namespace collet::plugins
